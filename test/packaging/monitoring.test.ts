/** Alerts and dashboard against the metrics that the agent exposes. */
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { parse } from 'yaml'
import { errorCodes } from '../../agent/contract/reply/error-codes.ts'
import { deathProofs, doubts, silenceProofs } from '../../agent/domain/verdict.ts'
import { createAgentMetrics } from '../../agent/metrics/agent-metrics.ts'
import { fenceRecord } from '../fixtures/values/fence-records.ts'
import { readMetrics } from '../fixtures/values/prometheus-text.ts'

const folder = join('packaging', 'monitoring')
const rulesFile = join(folder, 'peerfence.rules.yml')
const read = (name: string): string => readFileSync(join(folder, name), 'utf8')

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string
      readonly expr: string
      readonly labels: { readonly severity: string }
      readonly annotations: { readonly summary: string }
    }[]
  }[]
}

interface Dashboard {
  readonly panels: readonly {
    readonly title: string
    readonly targets: readonly { readonly expr: string }[]
  }[]
}

const rules = (parse(read('peerfence.rules.yml')) as Rules).groups.flatMap((group) => group.rules)
const { panels } = JSON.parse(read('peerfence.dashboard.json')) as Dashboard
const expressions = [
  ...rules.map(({ alert, expr }) => [alert, expr] as const),
  ...panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
]

const exposed = () => {
  const metrics = createAgentMetrics('1.2.3')
  metrics.addGauges({
    inFlight: () => 0,
    lanes: () => ({ lanes: 0, queued: 0, runs: 0, sessions: 0 }),
    callbacksWaiting: () => 0,
    isReady: () => true,
    drill: () => ({ ageSec: 60, could: 41, couldNot: 1 }),
  })
  metrics.onVerdict(
    fenceRecord({
      trail: {
        address: '',
        phases: [{ phase: 'run', ms: 1 }],
        detail: '',
        earlier: [{ because: 'contact-lost', detail: '', ms: 1 }],
      },
    }),
  )
  metrics.onJournalWrite(1, true)
  return readMetrics(metrics.text().replaceAll('"+Inf"', '"Inf"'))
}

const labelsOf = (name: string): readonly string[] =>
  [...exposed().values()]
    .flatMap(({ samples }) => samples)
    .filter((one) => one.name === name)
    .flatMap(({ labels }) => Object.keys(labels))

const isExposed = (name: string): boolean =>
  [...exposed().values()].some(({ samples }) => samples.some((one) => one.name === name))

/** What may stand in a label of ours. */
const wordsOf: Readonly<Record<string, readonly string[]>> = {
  verdict: ['qemuConfirmedDead', 'targetHostUnreachable', 'qemuStillAlive'],
  reason: [...deathProofs, ...silenceProofs, ...doubts],
  code: Object.keys(errorCodes),
  end: ['delivered', 'no-such-task', 'rejected', 'written-off'],
  said: ['answer', 'verdict-expired', 'nothing'],
}

test('every metric in an alert or on the dashboard is exposed, with the labels it is asked by', async (t) => {
  t.ok(rules.length > 10 && panels.length > 10)
  for (const [title, expr] of expressions) {
    const names = expr.match(/\b(peerfence|process)_[a-z_]+\b/g) ?? []
    for (const name of names) t.ok(isExposed(name), `${title}: ${name}`)
    for (const [, name = '', matchers = ''] of expr.matchAll(
      /\b((?:peerfence|process)_[a-z_]+)\{([^}]*)\}/g,
    )) {
      for (const [, label = '', words = ''] of matchers.matchAll(
        /([a-z]+)\s*(?:=|!=|=~|!~)\s*"([^"]*)"/g,
      )) {
        if (label === 'instance') continue
        t.ok(labelsOf(name).includes(label), `${title}: ${name} has ${label}`)
        for (const word of words.split('|'))
          t.ok(wordsOf[label]?.includes(word), `${title}: ${word}`)
      }
    }
  }
})

test('every metric that the agent exposes is on the page, and no other', async (t) => {
  const listed = [...read('README.md').matchAll(/^\| `([a-z_]+)`/gm)].map(([, name = '']) => name)
  t.same(new Set(listed), new Set(exposed().keys()))
  t.equal(listed.length, exposed().size)
})

test('an alert has a name of its own, a severity and a sentence', async (t) => {
  t.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length)
  for (const { alert, labels, annotations } of rules) {
    t.match(alert, /^Peerfence[A-Z]/)
    t.match(labels.severity, /^(info|warning|critical)$/, alert)
    t.match(annotations.summary, /\{\{ \$labels\.instance \}\}.*\.$/, alert)
  }
})

test('a metric that is not exposed would be noticed', async (t) => {
  t.same(labelsOf('peerfence_verdicts'), [])
  t.notOk(isExposed('peerfence_verdicts'))
})

const hasPromtool = spawnSync('promtool', ['--version']).error === undefined

test('promtool takes the rules', { skip: !hasPromtool && 'promtool is not here' }, async (t) => {
  const said = execFileSync('promtool', ['check', 'rules', rulesFile], { encoding: 'utf8' })
  t.match(said, /SUCCESS/)
})
