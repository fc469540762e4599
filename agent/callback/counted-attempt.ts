import type { Attempt } from './attempt.ts'

/** The same attempt, with somebody told of the status that came back; undefined where none did. */
export const countedAttempt =
  (attempt: Attempt, onAttempt: (status: number | undefined) => void): Attempt =>
  async (...args) => {
    const outcome = await attempt(...args)
    onAttempt(outcome.kind === 'answered' ? outcome.status : undefined)
    return outcome
  }
