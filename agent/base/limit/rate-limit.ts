/** How often one address may ask: a bucket that fills steadily and holds one minute's worth. */

export interface RateLimit {
  /** Takes one request of this caller; the seconds to wait where none is left, else undefined. */
  readonly take: (caller: string) => number | undefined
}

interface Bucket {
  readonly tokens: number
  readonly atMs: number
}

/** Callers that are remembered; of more, whoever was away longest is forgotten. */
export const callersMax = 4096

/** `nowMs` is monotonic, in ms. */
export const createRateLimit = (perMinute: number, nowMs: () => number): RateLimit => {
  const perMs = perMinute / 60_000
  const buckets = new Map<string, Bucket>()
  return {
    take: (caller) => {
      const atMs = nowMs()
      const known = buckets.get(caller) ?? { tokens: perMinute, atMs }
      const tokens = Math.min(perMinute, known.tokens + (atMs - known.atMs) * perMs)
      const isLeft = tokens >= 1
      // Deleted and set anew, so that the map's order is that of the last request.
      buckets.delete(caller)
      buckets.set(caller, { tokens: isLeft ? tokens - 1 : tokens, atMs })
      const [longestAway] = buckets.keys()
      if (buckets.size > callersMax && longestAway !== undefined) buckets.delete(longestAway)
      return isLeft ? undefined : Math.ceil((1 - tokens) / perMs / 1000)
    },
  }
}
