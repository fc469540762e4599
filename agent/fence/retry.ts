/** One observation out of as many looks as it takes, within one budget. */
import { decide } from '../domain/decide.ts'
import type { Evidence } from '../domain/evidence.ts'
import { nextContact, slowMs } from './retry-policy.ts'
import { afterContact, mayHaveHadContact } from './contact-before.ts'
import type { LaneAsk } from './lane/ticket.ts'
import type { Observation } from './observation.ts'
import type { Clock } from '../base/time/clock.ts'
import type { EarlierContact } from './contact-trail.ts'

/** One look at one suspect for one VM: the contact, and the probes where it stays silent. */
export type Contact = (ask: LaneAsk) => Promise<Observation>

export interface RetryAsk extends Omit<LaneAsk, 'isSilenceWanted'> {
  /** Called with each contact that came to a doubt, before it is made again. Must not throw. */
  readonly onDoubt?: (seen: Observation) => void
}

/**
 * A contact that broke off is made again, and only the last one is judged: its own complete report
 * confirms, nothing is put together from several. Ends before `budgetMs`, or soon after the signal.
 */
export const retryContact = async (
  contact: Contact,
  clock: Clock,
  { budgetMs, onDoubt, ...ask }: RetryAsk,
  signal: AbortSignal,
): Promise<Observation> => {
  const startedMs = clock.nowMs()
  const leftMs = (): number => budgetMs - (clock.nowMs() - startedMs)
  const earlier: EarlierContact[] = []
  let before: Evidence | undefined
  let slow = 0
  for (;;) {
    const beganMs = clock.nowMs()
    const hadContact = before !== undefined && mayHaveHadContact(before)
    // After a contact no probe can make a proof of silence any more, so nobody waits for one.
    const seen = await contact({ ...ask, budgetMs: leftMs(), isSilenceWanted: !hadContact })
    const evidence = sumUp(seen.evidence, before, hadContact)
    const trail = { ...seen.trail, earlier: [...earlier] }
    const { sentMs } = seen
    const verdict = decide(evidence)
    if (verdict.kind !== 'still-alive') return { evidence, trail, sentMs }
    onDoubt?.({ evidence, trail })
    const ms = Math.round(clock.nowMs() - beganMs)
    // Where there was no connection, there was nobody whom it could burden.
    if (seen.evidence.kind !== 'silence' && ms >= slowMs) slow += 1
    const next = nextContact(verdict.because, { contacts: earlier.length + 1, slow }, ms)
    if (next === undefined || leftMs() < next.needsMs) return { evidence, trail }
    earlier.push({ because: verdict.because, detail: seen.trail.detail, ms })
    before = evidence
    await clock.wait(next.waitMs, signal)
    if (signal.aborted) return { evidence, trail }
  }
}

/** SSH that stays silent tells no more than the signs of life that were seen beside it before. */
const sumUp = (evidence: Evidence, before: Evidence | undefined, hadContact: boolean): Evidence =>
  hadContact && evidence.kind === 'silence' && before?.kind === 'silence'
    ? before
    : afterContact(evidence, hadContact)
