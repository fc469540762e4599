/** What a neighbour entry proves about life, and when. Pure: ages and spans come in as numbers. */
import type { EchoSeen } from '../domain/silence-evidence.ts'
import type { Neighbour } from './neighbour-json.ts'

/** One round: read the entry, ping, read the entry again until it tells. */
export interface Round {
  /** The entry just before the ping of this round. */
  readonly before: Neighbour
  /** Whether any earlier entry of this probe, `before` included, was without a link address. */
  readonly wasUnknown: boolean
  readonly echo: EchoSeen
  /** Since `before` had been read. */
  readonly round: Span
  /** Since the fence began. */
  readonly fence: Span
}

/**
 * How long before a read something was, in ms. A read takes a while, longest where nobody gets a
 * processor, and what it tells is of some moment of it.
 */
export interface Span {
  readonly atLeastMs: number
  readonly atMostMs: number
}

export type NeighbourJudgement =
  | 'answered'
  | 'unresolved'
  /** The kernel gave the old link address up, forgot it, or stopped asking: ask it anew. */
  | 'ask-again'
  /** Not told yet. */
  | 'wait'
  /** This entry will never tell. */
  | 'no-proof'

/**
 * `unresolved` is part of a proof. It needs a ping that began while the kernel had no link address,
 * and the kernel's failure to find one *after* that. An entry that fails with an old link address
 * was asked at that one only: a live suspect whose link address changed (a bond's failover) would
 * probe dead.
 */
export const judgeNeighbour = (round: Round, now: Neighbour): NeighbourJudgement => {
  switch (now.kind) {
    case 'unreadable':
    case 'fixed':
      return 'no-proof'
    case 'known':
      // The kernel had no link address, and somebody has told it one.
      if (round.wasUnknown) return 'answered'
      if (isSurelyWithin(now.confirmedSec, round.fence)) return 'answered'
      // Confirmed before the fence began or in it: another part of a second may tell.
      if (!isSurelyBefore(now.confirmedSec, round.fence)) return 'wait'
      // Stale after a ping: its time ran out after that, and nothing asks until the next packet.
      return now.state === 'STALE' ? 'ask-again' : 'wait'
    case 'absent':
    case 'asked':
    case 'failed':
      return judgeUnknown(round, now)
  }
}

const judgeUnknown = (
  { before, echo, round }: Round,
  now: Neighbour & { readonly kind: 'absent' | 'asked' | 'failed' },
): NeighbourJudgement => {
  if (before.kind === 'unreadable' || before.kind === 'fixed') return 'no-proof'
  if (before.kind === 'known') return 'ask-again'
  // The kernel gave this very ping back, because nobody has the address.
  if (echo === 'no-neighbour') return 'unresolved'
  // Whoever was asked for is forgotten, as all are when a bridge of ours changes its own address
  // with one of its ports: nothing asks any more.
  if (now.kind === 'absent') return 'ask-again'
  const isOfThisRound = isSurelyWithin(now.updatedSec, round)
  if (now.kind === 'failed') return isOfThisRound ? 'unresolved' : 'wait'
  // One request had its full second without an answer, and the next one is out.
  const isAskedAnew = before.kind !== 'asked' || isOfThisRound
  return isAskedAnew && now.updatedSec >= 1 ? 'unresolved' : 'wait'
}

/**
 * Whether something that is `sec` whole seconds old happened within the span, the cut-off part
 * included.
 */
export const isSurelyWithin = (sec: number, { atLeastMs }: Span): boolean =>
  (sec + 1) * 1000 <= atLeastMs

/**
 * Whether something that is `sec` whole seconds old happened before the span. What lies in
 * the second before them is told only by a probe at the right moment, just before a full second of
 * the span.
 */
export const isSurelyBefore = (sec: number, { atMostMs }: Span): boolean => sec * 1000 > atMostMs

/** `sinceMs` and the times of the read are of one clock. */
export const spanOf = (
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  sinceMs: number,
): Span => ({ atLeastMs: fromMs - sinceMs, atMostMs: toMs - sinceMs })
