/**
 * Where the time of one request goes. Every term is in ms.
 *
 *   budgetMs            the caller's `sshTimeoutSec`, from the arrival of the request
 *   - answerReserveMs   kept back for the journal's fsync and the answer itself, so that the answer
 *                       leaves before the budget ends
 *   = what the contact and the probes may take, both at once
 */

/** Two fsyncs of a disk that is busy, not hung, and one small answer. */
export const answerReserveMs = 400

/**
 * Of that reserve, what the answer itself needs once the journal has written, or has been given up.
 */
export const sendReserveMs = 100

/**
 * Below this a contact is not begun: a login alone takes longer, and a fence that is cut short in
 * the middle kills without being able to tell.
 */
export const contactBudgetMsMin = 500

/** The probes need not run at all where SSH answers at once, as it does on a healthy suspect. */
export const probeDelayMs = 300

/** What is left for the contact at `nowMs`, of a request that arrived at `startedMs`. */
export const contactBudgetMs = (budgetMs: number, startedMs: number, nowMs: number): number =>
  budgetMs - answerReserveMs - (nowMs - startedMs)
