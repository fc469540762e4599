/** What is in flight, on the wire. Nothing in it is a verdict. */
import type { InFlightFence } from '../../fence/in-flight.ts'

export interface InFlightReply {
  readonly fences: readonly InFlightEntry[]
}

export interface InFlightEntry {
  readonly fenceId: string
  readonly requestId: string
  readonly askedBy: string
  readonly vm: string
  readonly suspect: string
  readonly suspectUuid: string
  /** A look kills nothing. */
  readonly action: 'fence' | 'look' | 'unfence'
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
    vm: request.vm,
    suspect: request.suspect.addresses[0],
    suspectUuid: request.suspect.hostUuid,
    action,
    phase,
    elapsedMs,
    budgetMs: request.budgetMs,
  })),
})
