/** Counts what is in flight, and brings it to an end when the agent stops. */
import type { Clock } from '../base/time/clock.ts'

export interface Drain {
  /** Aborts when the grace has passed: what is still in flight has to refuse now. */
  readonly signal: AbortSignal
  readonly count: () => number
  readonly track: <T>(work: () => Promise<T>) => Promise<T>
  /** Waits up to `graceMs`, then aborts the rest; resolves when nothing is in flight. */
  readonly finish: (graceMs: number) => Promise<void>
}

export const createDrain = (clock: Clock): Drain => {
  const stop = new AbortController()
  const working = new Set<Promise<unknown>>()
  return {
    signal: stop.signal,
    count: () => working.size,
    track: async (work) => {
      const running = work()
      working.add(running)
      try {
        return await running
      } finally {
        working.delete(running)
      }
    },
    finish: async (graceMs) => {
      const idle = new AbortController()
      const emptied = Promise.allSettled(working).then(() => {
        idle.abort()
      })
      await Promise.race([emptied, clock.wait(graceMs, idle.signal)])
      stop.abort()
      await Promise.allSettled(working)
    },
  }
}
