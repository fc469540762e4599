/** Time as everything here sees it: the machine's own, or a test's. */
export interface Clock {
  /** Monotonic, in ms: for budgets. */
  readonly nowMs: () => number
  /** For people: ISO 8601 in UTC. */
  readonly wallTime: () => string
  /** Resolves after `ms`, or at once when the signal aborts. Never rejects. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>
}
