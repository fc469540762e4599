/** What is in flight, on the wire. Nothing in it is a verdict. */
import { vmUuidHex } from '../../domain/vm-uuid.ts'
import type { InFlightFence } from '../../fence/in-flight.ts'

export interface InFlightReply {
  readonly fences: readonly InFlightEntry[]
}

export interface InFlightEntry {
  readonly fenceId: string
  readonly requestId: string
  readonly askedBy: string
  readonly vmUuid: string
  readonly targetHostIp: string
  readonly targetHostUuid: string
  /** A look kills nothing. */
  readonly action: 'fence' | 'look'
  /** `queue` until something is done for it. */
  readonly phase: string
  readonly elapsedMs: number
  readonly budgetMs: number
}

export const inFlightReply = (fences: readonly InFlightFence[]): InFlightReply => ({
  fences: fences.map(({ request, action, phase, elapsedMs }) => ({
    fenceId: request.fenceId,
    requestId: request.requestId,
    askedBy: request.askedBy,
    vmUuid: vmUuidHex(request.vm),
    targetHostIp: request.suspect.addresses[0],
    targetHostUuid: request.suspect.hostUuid,
    action,
    phase,
    elapsedMs,
    budgetMs: request.budgetMs,
  })),
})
