/** The time that one contact may take, handed down to everything in it that waits. */
import type { Clock } from './clock.ts'

export interface Deadline {
  /** What is left of the budget in ms; never negative. */
  readonly leftMs: () => number
}

export interface Within {
  readonly clock: Clock
  readonly deadline: Deadline
  readonly signal: AbortSignal
}

export const deadlineIn = (budgetMs: number, clock: Clock): Deadline => {
  const endMs = clock.nowMs() + budgetMs
  return { leftMs: () => Math.max(0, endMs - clock.nowMs()) }
}

/** A window in ms, cut to what the budget still holds. */
export const windowIn = (windowMs: number, { deadline }: Within): number =>
  Math.min(windowMs, deadline.leftMs())
