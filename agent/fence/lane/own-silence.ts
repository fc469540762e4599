/** What a silence that several wait for is to each of them. */
import type { Evidence } from '../../domain/evidence.ts'
import { afterContact } from '../contact-before.ts'
import type { LastHeard } from '../last-heard.ts'
import { roundSlackMs } from '../watch-silence.ts'
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
  const longestMs = nowMs + leftMs() - roundSlackMs - fromMs
  return {
    evidence: { kind: 'silence', silence: { ...silence, lastedMs } },
    mayBeLonger: isSilenceWanted && longestMs >= silence.rules.needsMs && leftMs() >= nextMs,
  }
}

/**
 * For those who do not wait for more of it. `isAlive`: the suspect was heard in the fence of that
 * one.
 */
export const tellSilence = (
  silent: SilentSoFar,
  waiting: readonly Ticket[],
  nowMs: number,
  isAlive: (evidence: Evidence, ticket: Ticket) => boolean,
): void => {
  for (const ticket of waiting) {
    const { evidence, mayBeLonger } = ownSilence(silent, ticket, nowMs)
    const hadContact = isAlive(evidence, ticket)
    if (mayBeLonger && !hadContact) continue
    ticket.settle({ evidence: afterContact(evidence, hadContact), trail: silent.trail })
  }
}

/** Newcomers share the looks of a silence that lasts already. */
export const joinWatch = (ticket: Ticket, present: Set<Ticket>, awaiting: Set<Ticket>): void => {
  if (awaiting.has(ticket)) return
  awaiting.add(ticket)
  present.add(ticket)
}

export const stillIn = (
  queue: ReadonlySet<Ticket>,
  present: ReadonlySet<Ticket>,
): readonly Ticket[] => [...present].filter((ticket) => queue.has(ticket))

/** Whether any of the addresses that are silent here was heard since, by whoever. */
export const isHeard = (heard: LastHeard, evidence: Evidence, sinceMs: number): boolean =>
  evidence.kind === 'silence' &&
  heard.isHeard(
    evidence.silence.addresses.map(({ address }) => address),
    sinceMs,
  )
