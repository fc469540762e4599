/**
 * How long a proof may still be sent. A VM may be started on the suspect again while the answer
 * waits.
 */
import type { Clock } from '../base/time/clock.ts'

/**
 * A function that gives the ms left, 0 once the proof may no longer be sent. Both clocks count:
 * the monotonic one since now, which nobody can set, and the wall clock since the proof, which runs
 * while the machine sleeps or the agent is not there. A wall clock that is unreadable, or earlier
 * than the proof, tells nothing, and then the proof counts as too old. Too old once is too old for
 * good.
 */
export const proofAge = (provenAt: string, keepsMs: number, clock: Clock): (() => number) => {
  const provenMs = Date.parse(provenAt)
  const ageOf = (): number => Date.parse(clock.wallTime()) - provenMs
  const startMs = clock.nowMs() - Math.max(0, ageOf())
  let isTooOld = false
  return () => {
    const age = ageOf()
    const left = keepsMs - Math.max(age, clock.nowMs() - startMs)
    // Every comparison with NaN is false.
    if (!(age >= 0 && left > 0)) isTooOld = true
    return isTooOld ? 0 : left
  }
}
