import type { Clock } from '../base/time/clock.ts'

/**
 * Rejects with code LATE after `ms`; the work goes on, and its own failure is not lost on anybody.
 */
export const withinMs = async (
  clock: Pick<Clock, 'wait'>,
  work: Promise<void>,
  ms: number,
): Promise<void> => {
  const done = new AbortController()
  const late = async (): Promise<void> => {
    await clock.wait(Math.max(0, ms), done.signal)
    // It was not late, and an error costs a stack.
    if (done.signal.aborted) return
    throw Object.assign(new Error('the journal did not answer in time'), { code: 'LATE' })
  }
  try {
    await Promise.race([work, late()])
  } finally {
    done.abort()
  }
}
