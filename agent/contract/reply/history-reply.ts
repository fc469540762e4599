/**
 * The history of fences on the wire. An entry is no answer: none of the booleans of an answer is in
 * it.
 */
import { verdictWords } from '../../domain/verdict-word.ts'
import type { VerdictWord } from '../../domain/verdict-word.ts'
import type { FenceHistoryEntry, HistoryPage } from '../../fence/history.ts'
import { summaries } from '../words/summary.ts'
import { plainText } from '../../base/text/plain-text.ts'

export interface HistoryReply {
  readonly fences: readonly HistoryEntry[]
  /** What to send as `before` for older ones; absent where there are none. */
  readonly next?: string
  /** Lines of the journal that were passed over because they are no records. */
  readonly garbledLines: number
}

export interface HistoryEntry {
  /** `unfence`: the quarantine of the VM was lifted, or was to be. */
  readonly action: 'fence' | 'unfence'
  readonly fenceId: string
  readonly requestId: string
  readonly askedBy: string
  readonly vm: string
  readonly suspect: string
  readonly suspectUuid: string
  readonly askedAt: string
  readonly endedAt: string
  /**
   * How long ago it ended, in ms, by the clock of this peer; a proof of then says nothing about
   * now.
   */
  readonly ageMs?: number
  /** Empty where there is no outcome: in flight, or cut off. */
  readonly verdict: VerdictWord | ''
  readonly reason: string
  readonly summary: string
  readonly durationMs?: number
  readonly detail: string
  /** What became of the VM's quarantine on the host; empty where it was not told. */
  readonly quarantine: string
}

export const historyReply = (
  { fences, next, garbled }: HistoryPage,
  nowMs: number,
): HistoryReply => ({
  fences: fences.map((fence) => historyEntry(fence, nowMs)),
  ...(next === undefined ? {} : { next: String(next) }),
  garbledLines: garbled,
})

/** `nowMs` is of the wall clock. A journal is a file: what it says is printed as plain text. */
export const historyEntry = (fence: FenceHistoryEntry, nowMs: number): HistoryEntry => {
  const { action, verdict, durationMs, suspect } = fence
  const ageMs = nowMs - Date.parse(fence.endedAt)
  return {
    action,
    fenceId: plainText(fence.fenceId),
    requestId: plainText(fence.requestId),
    askedBy: plainText(fence.askedBy),
    vm: fence.vm,
    suspect: plainText(suspect.addresses[0] ?? ''),
    suspectUuid: plainText(suspect.hostUuid),
    askedAt: plainText(fence.askedAt),
    endedAt: plainText(fence.endedAt),
    ...(Number.isNaN(ageMs) ? {} : { ageMs: Math.max(0, Math.round(ageMs)) }),
    verdict: verdict === undefined ? '' : verdictWords[verdict.kind],
    reason: verdict?.because ?? '',
    summary: verdict === undefined ? '' : summaries[verdict.because],
    ...(durationMs === undefined ? {} : { durationMs }),
    detail: plainText(fence.detail),
    quarantine: plainText(fence.quarantine),
  }
}
