/** Several fence replies as one answer, or one after the other. */
import { vmUuidHex } from '../../domain/vm-uuid.ts'
import type { FenceSubject } from '../../fence/request.ts'
import type { VerdictWord } from '../../domain/verdict-word.ts'
import type { FenceReply } from './fence-reply.ts'

export interface BatchSummary {
  /** True only where HA may proceed for every VM. */
  readonly success: boolean
  /** Present on a refusal of any. */
  readonly error?: string
  /** How many VMs have which verdict. */
  readonly counts: Readonly<Record<VerdictWord, number>>
}

export interface BatchReply extends BatchSummary {
  /** In the order of the request. */
  readonly verdicts: readonly FenceReply[]
}

/** Bears none of the wire's booleans: whoever takes it for the answer about one VM refuses. */
export const batchSummary = (replies: readonly FenceReply[]): BatchSummary => {
  const count = (verdict: VerdictWord): number =>
    replies.filter((reply) => reply.verdict === verdict).length
  const refused = replies.filter((reply) => !reply.success)
  const success = replies.length > 0 && refused.length === 0
  return {
    success,
    ...(success
      ? {}
      : {
          error: `${refused.length} of ${replies.length} VMs are not proven dead; see their verdicts`,
        }),
    counts: {
      qemuConfirmedDead: count('qemuConfirmedDead'),
      targetHostUnreachable: count('targetHostUnreachable'),
      qemuStillAlive: count('qemuStillAlive'),
    },
  }
}

export const batchReply = (replies: readonly FenceReply[]): BatchReply => ({
  ...batchSummary(replies),
  verdicts: replies,
})

/** The first line of a stream: what was accepted. */
export const batchBegin = (requests: readonly FenceSubject[]) => ({
  begin: true,
  fences: requests.map(({ vm, fenceId }) => ({ vmUuid: vmUuidHex(vm), fenceId })),
})

/** The last line of a stream: without it the stream was cut off. */
export const batchEnd = (
  replies: readonly FenceReply[],
): BatchSummary & { readonly end: true } => ({
  end: true,
  ...batchSummary(replies),
})
