/** What an attempt's end means for the delivery, and how long to wait before the next. Pure. */
import type { DeliveryEnd } from '../fence/callbacks.ts'
import type { AttemptOutcome } from './attempt.ts'

/**
 * A caller that knows no such task will not know it later. One that is overloaded, or not up, may
 * take the answer later. Everything else, a redirect included, is an address that does not take
 * answers.
 */
export const judgeAttempt = (
  outcome: AttemptOutcome,
): Exclude<DeliveryEnd['end'], 'written-off'> | 'again' => {
  if (outcome.kind === 'unanswered') return 'again'
  const { status } = outcome
  if (status >= 200 && status < 300) return 'delivered'
  if (status === 404) return 'no-such-task'
  return status === 408 || status === 429 || status >= 500 ? 'again' : 'rejected'
}

const firstWaitMs = 500
const longestWaitMs = 15_000

/**
 * Doubles from half a second up; the caller that comes back is answered within the longest wait.
 */
export const backoffMs = (attempts: number): number =>
  Math.min(firstWaitMs * 2 ** Math.max(0, attempts - 1), longestWaitMs)
