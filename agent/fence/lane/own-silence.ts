/** What a silence that several wait for is to one of them. Pure. */
import type { Evidence } from '../../domain/evidence.ts'
import { lookSlackMs } from '../watch-silence.ts'
import type { SilentSoFar } from '../watch-silence.ts'
import type { Ticket } from './ticket.ts'

export interface OwnSilence {
  readonly evidence: Evidence
  /** False for who cannot wait for another look, or would wait in vain. */
  readonly mayBeLonger: boolean
}

export const ownSilence = (
  { silence, sinceMs, nextMs }: SilentSoFar,
  { startedMs, leftMs, isSilenceWanted }: Ticket,
  nowMs: number,
): OwnSilence => {
  // What was silent before it came is no part of its own silence.
  const fromMs = Math.max(sinceMs, startedMs)
  const lastedMs = silence.lastedMs - (fromMs - sinceMs)
  const longestMs = nowMs + leftMs() - lookSlackMs - fromMs
  return {
    evidence: { kind: 'silence', silence: { ...silence, lastedMs } },
    mayBeLonger: isSilenceWanted && longestMs >= silence.rules.needsMs && leftMs() >= nextMs,
  }
}
