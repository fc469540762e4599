/** One observation out of as many contacts as it takes, within one budget. */
import { decide } from '../domain/decide.ts'
import type { Evidence } from '../domain/evidence.ts'
import { nextContact } from './again.ts'
import { afterContact, mayHaveHadContact } from './contact-before.ts'
import { observe } from './observe.ts'
import type { Eyes, Observation } from './observe.ts'
import type { Probe } from './ports.ts'
import type { FenceRequest } from './request.ts'
import type { EarlierContact } from './trail.ts'

/**
 * A contact that broke off is made again, and only the last one is judged: its own complete report
 * confirms, nothing is put together from several. Ends before `budgetMs`, or soon after the signal.
 */
export const persist = async (
  eyes: Eyes,
  request: FenceRequest,
  budgetMs: number,
  signal: AbortSignal,
): Promise<Observation> => {
  const { clock } = eyes
  const startedMs = clock.nowMs()
  const leftMs = (): number => budgetMs - (clock.nowMs() - startedMs)
  const earlier: EarlierContact[] = []
  let before: Evidence | undefined
  for (;;) {
    const beganMs = clock.nowMs()
    const hadContact = before !== undefined && mayHaveHadContact(before)
    // After a contact no probe can make a proof of silence any more, so nobody waits for one.
    const eyesNow = hadContact ? { ...eyes, probe: closedEyes } : eyes
    const seen = await observe(eyesNow, request, leftMs(), signal)
    const evidence = sumUp(seen.evidence, before, hadContact)
    const trail = { ...seen.trail, earlier: [...earlier] }
    const verdict = decide(evidence)
    if (verdict.kind !== 'still-alive') return { evidence, trail }
    const ms = Math.round(clock.nowMs() - beganMs)
    const next = nextContact(verdict.because, earlier.length + 1, ms)
    if (next === undefined || leftMs() < next.needsMs) return { evidence, trail }
    earlier.push({ because: verdict.because, detail: seen.trail.detail, ms })
    before = evidence
    await clock.wait(next.waitMs, signal)
    if (signal.aborted) return { evidence, trail }
  }
}

const closedEyes: Probe = {
  look: async () => await Promise.resolve({ addresses: [], witnesses: [] }),
}

/** SSH that stays silent tells no more than the signs of life that were seen beside it before. */
const sumUp = (evidence: Evidence, before: Evidence | undefined, hadContact: boolean): Evidence =>
  hadContact && evidence.kind === 'silence' && before?.kind === 'silence'
    ? before
    : afterContact(evidence, hadContact)
