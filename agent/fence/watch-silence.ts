/**
 * Looks again and again at a suspect that stays silent. One look is over in a few seconds, and a
 * switch that blocks a port for spanning tree, or starts anew, is silent for longer than that.
 */
import { decide } from '../domain/decide.ts'
import type { SilenceEvidence } from '../domain/silence-evidence.ts'
import type { ContactTrail } from './contact-trail.ts'
import { openSuspect } from './open-suspect.ts'
import type { ContactDeps, OpenFor, Opened } from './open-suspect.ts'
import type { SuspectTarget } from './request.ts'

export interface WatchFor extends Omit<OpenFor, 'budgetMs' | 'sinceMs'> {
  /** What is left, in ms, for each who waits for the outcome; empty where nobody does any more. */
  readonly waiting: () => readonly number[]
  /**
   * After each look that was silent through and through, for those who cannot wait for the next
   * one.
   */
  readonly onSilent: (silent: SilentSoFar) => void
}

export interface SilentSoFar {
  readonly silence: SilenceEvidence
  readonly trail: ContactTrail
  /** When the first look began. */
  readonly sinceMs: number
  /** What has to be left for one who waits for another look. */
  readonly nextMs: number
}

/** A look takes as long as the one before it, give or take this, in ms. */
export const roundSlackMs = 1_000

/** A look that is over sooner than this, in ms, is not followed by the next at once. */
export const roundEveryMs = 1_000

/** Ends with whatever is no silence, or once nobody waits any more, or soon after the signal. */
export const watchSilence = async (
  deps: ContactDeps,
  target: SuspectTarget,
  { waiting, onSilent, ...ask }: WatchFor,
): Promise<Opened> => {
  const { clock } = deps
  const sinceMs = clock.nowMs()
  for (;;) {
    const beganMs = clock.nowMs()
    const budgetMs = Math.max(0, ...waiting())
    const opened = await openSuspect(deps, target, { ...ask, budgetMs, sinceMs })
    if (opened.kind === 'open') return opened
    const { evidence, trail } = opened.seen
    if (evidence.kind !== 'silence' || !isSilentSoFar(evidence.silence)) return opened
    const nowMs = clock.nowMs()
    const silence = { ...evidence.silence, lastedMs: nowMs - sinceMs }
    const tookMs = nowMs - beganMs
    const nextMs = tookMs + roundSlackMs
    onSilent({ silence, trail, sinceMs, nextMs })
    const left = waiting()
    if (left.length === 0 || ask.signal.aborted) {
      return { kind: 'seen', seen: { evidence: { kind: 'silence', silence }, trail } }
    }
    // The last look of the most hurried ends with what that one has, less what a busy host may
    // take longer for it: one that is cut off proves nothing.
    const spareMs = Math.min(...left) - nextMs
    const restMs = spareMs < nextMs ? spareMs - tookMs / 4 : roundEveryMs - tookMs
    if (restMs > 0) await clock.wait(restMs, ask.signal)
  }
}

/** Whether more of the same would be a proof. */
const isSilentSoFar = (silence: SilenceEvidence): boolean =>
  decide({ kind: 'silence', silence: { ...silence, lastedMs: silence.rules.needsMs } }).kind ===
  'unreachable'

/** A bug: neither the suspect nor the probes reject. */
export const faultSeen = (error: unknown): Opened => {
  const detail = `a fault in the agent itself (${error instanceof Error ? error.name : 'thrown'})`
  const evidence = { kind: 'own-trouble', because: 'internal-error' } as const
  return { kind: 'seen', seen: { evidence, trail: { address: '', phases: [], detail } } }
}
