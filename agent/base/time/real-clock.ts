import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from './clock.ts'

/** The machine's own time. A wait holds the process open only as long as somebody waits for it. */
export const realClock: Clock = {
  nowMs: () => performance.now(),
  wallTime: () => new Date().toISOString(),
  wait: async (ms, signal) => {
    try {
      await sleep(ms, undefined, { signal })
    } catch (error) {
      // An abort is the other way for a wait to end.
      if (!signal.aborted) throw error
    }
  },
}
