/**
 * Counters, gauges and histograms as the text that Prometheus reads. A page of our own: the usual
 * library brings four packages for quantiles, clusters and tracing that nothing here uses. Labels
 * are words of closed lists; the types leave no room for a VM or a host.
 */

type Labels<L extends string> = Readonly<Record<L, string>>

export interface Counter<L extends string> {
  readonly add: (labels: Labels<L>, by?: number) => void
}

export interface Histogram<L extends string> {
  /** In seconds. What is no number is let go: a broken clock must not spoil the sum. */
  readonly observe: (labels: Labels<L>, seconds: number) => void
}

export interface Registry {
  /**
   * `ready`: label values that are there from the beginning, so that a rate sees the first step.
   */
  readonly counter: <const L extends string = never>(
    name: string,
    help: string,
    ready?: readonly Labels<L>[],
  ) => Counter<L>
  /** Read when somebody asks; undefined where there is nothing to tell. */
  readonly gauge: (name: string, help: string, read: () => number | undefined) => void
  /** Something that is in words, beside a 1. */
  readonly info: (name: string, help: string, labels: Readonly<Record<string, string>>) => void
  readonly histogram: <const L extends string = never>(
    name: string,
    help: string,
    buckets: readonly number[],
  ) => Histogram<L>
  readonly text: () => string
}

export const contentType = 'text/plain; version=0.0.4; charset=utf-8'

interface Bins {
  readonly counts: number[]
  sum: number
  count: number
}

export const createRegistry = (): Registry => {
  const families: (() => readonly string[])[] = []
  const family = (
    name: string,
    help: string,
    type: 'counter' | 'gauge' | 'histogram',
    samples: () => readonly string[],
  ): void => {
    families.push(() => {
      const lines = samples()
      if (lines.length === 0) return []
      return [`# HELP ${name} ${escaped(help)}`, `# TYPE ${name} ${type}`, ...lines]
    })
  }
  return {
    counter: (name, help, ready = []) => {
      const values = new Map<string, number>(ready.map((labels) => [spelt(labels), 0]))
      family(name, help, 'counter', () =>
        [...values].map(([labels, value]) => `${name}${labels} ${value}`),
      )
      return {
        add: (labels, by = 1) => {
          const key = spelt(labels)
          values.set(key, (values.get(key) ?? 0) + by)
        },
      }
    },
    gauge: (name, help, read) => {
      family(name, help, 'gauge', () => {
        const value = read()
        return value === undefined ? [] : [`${name} ${value}`]
      })
    },
    info: (name, help, labels) => {
      family(name, help, 'gauge', () => [`${name}${spelt(labels)} 1`])
    },
    histogram: (name, help, buckets) => {
      const all = new Map<string, { readonly labels: Readonly<Record<string, string>> } & Bins>()
      family(name, help, 'histogram', () =>
        [...all.values()].flatMap(({ labels, counts, sum, count }) => [
          ...buckets.map(
            (le, index) => `${name}_bucket${spelt({ ...labels, le: String(le) })} ${counts[index]}`,
          ),
          `${name}_bucket${spelt({ ...labels, le: '+Inf' })} ${count}`,
          `${name}_sum${spelt(labels)} ${sum}`,
          `${name}_count${spelt(labels)} ${count}`,
        ]),
      )
      return {
        observe: (labels, seconds) => {
          if (!Number.isFinite(seconds)) return
          const key = spelt(labels)
          const bins = all.get(key) ?? { labels, counts: buckets.map(() => 0), sum: 0, count: 0 }
          all.set(key, bins)
          for (const [index, le] of buckets.entries()) {
            if (seconds <= le) bins.counts[index] = Number(bins.counts[index]) + 1
          }
          bins.sum += seconds
          bins.count += 1
        },
      }
    },
    text: () => `${families.flatMap((lines) => lines()).join('\n')}\n`,
  }
}

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')

const spelt = (labels: Readonly<Record<string, string>>): string => {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${escaped(value).replaceAll('"', '\\"')}"`,
  )
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}
