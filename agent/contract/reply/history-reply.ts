/** Fences of the past on the wire. A record is no answer: none of the booleans of an answer is in it. */
import { vmUuidHex } from '../../domain/vm-uuid.ts'
import type { Verdict } from '../../domain/verdict.ts'
import type { FenceHistoryEntry, HistoryPage } from '../../fence/history.ts'
import type { WireVerdict } from './fence-reply.ts'
import { summaries } from '../words/summary.ts'
import { plainText } from '../../base/text/plain-text.ts'

export interface RecordsReply {
  readonly records: readonly RecordEntry[]
  /** What to send as `before` for older ones; absent where there are none. */
  readonly next?: string
  /** Lines of the journal that were passed over because they are no records. */
  readonly garbledLines: number
}

export interface RecordEntry {
  readonly fenceId: string
  readonly requestId: string
  readonly askedBy: string
  readonly vmUuid: string
  readonly targetHostIp: string
  readonly targetHostUuid: string
  readonly askedAt: string
  readonly endedAt: string
  /** How long ago it ended, in ms, by the clock of this peer; a proof of then says nothing about now. */
  readonly ageMs?: number
  /** Empty where there is no outcome: in flight, or cut off. */
  readonly verdict: WireVerdict | ''
  readonly reason: string
  readonly summary: string
  readonly durationMs?: number
  readonly detail: string
}

export const historyReply = (
  { fences, next, garbled }: HistoryPage,
  nowMs: number,
): RecordsReply => ({
  records: fences.map((fence) => recordEntry(fence, nowMs)),
  ...(next === undefined ? {} : { next: String(next) }),
  garbledLines: garbled,
})

/** `nowMs` is of the wall clock. A journal is a file: what it says is printed as plain text. */
export const recordEntry = (fence: FenceHistoryEntry, nowMs: number): RecordEntry => {
  const { verdict, durationMs, suspect } = fence
  const ageMs = nowMs - Date.parse(fence.endedAt)
  return {
    fenceId: plainText(fence.fenceId),
    requestId: plainText(fence.requestId),
    askedBy: plainText(fence.askedBy),
    vmUuid: vmUuidHex(fence.vm),
    targetHostIp: plainText(suspect.addresses[0] ?? ''),
    targetHostUuid: plainText(suspect.hostUuid),
    askedAt: plainText(fence.askedAt),
    endedAt: plainText(fence.endedAt),
    ...(Number.isNaN(ageMs) ? {} : { ageMs: Math.max(0, Math.round(ageMs)) }),
    verdict: verdict === undefined ? '' : wireVerdictOf[verdict.kind],
    reason: verdict?.because ?? '',
    summary: verdict === undefined ? '' : summaries[verdict.because],
    ...(durationMs === undefined ? {} : { durationMs }),
    detail: plainText(fence.detail),
  }
}

export const wireVerdictOf: Readonly<Record<Verdict['kind'], WireVerdict>> = {
  'confirmed-dead': 'qemuConfirmedDead',
  unreachable: 'targetHostUnreachable',
  'still-alive': 'qemuStillAlive',
}
