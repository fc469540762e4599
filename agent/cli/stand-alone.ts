/** What is asked of this very process: as a request of its own, and held to the rules of the door. */
import type { Judged } from '../contract/judged-answer.ts'
import type { Config } from '../config/config.ts'
import { doorReply } from '../contract/door-reply.ts'
import type { DoorRefusal } from '../contract/door-reply.ts'
import { doorCodes } from '../contract/error-codes.ts'
import type { FenceRequest, SuspectTarget } from '../fence/request.ts'
import { createAllowedSuspects } from '../http/allowed-suspect.ts'
import { newId } from '../http/correlation.ts'
import { ownHostRefusal, readOwnHost, zstackUuidsFile } from '../http/own-host.ts'
import type { Edge } from './subcommand.ts'
import { whoAsks } from './who-asks.ts'

export const beginStandAlone = (
  asked: FenceRequest,
  config: Config,
  edge: Pick<Edge, 'env'>,
): FenceRequest => ({
  ...asked,
  fenceId: newId(),
  requestId: newId(),
  askedBy: `${whoAsks(edge)} on the command line`,
  budgetMs: Math.min(asked.budgetMs, config.fence.budgetMaxSec * 1000),
})

export type TurnedAway = Extract<Judged, { readonly kind: 'turned-away' }>

/** Undefined where the suspect may be logged in to. */
export const refusedHere = (suspect: SuspectTarget, config: Config): TurnedAway | undefined => {
  const refusal = refusalHere(suspect, config)
  return refusal && turnedAway(refusal)
}

/** What the door would say; undefined where it would let a request about this suspect pass. */
export const refusalHere = (suspect: SuspectTarget, config: Config): DoorRefusal | undefined => {
  const own = readOwnHost(config.host.uuid, zstackUuidsFile)
  return (
    ownHostRefusal(suspect, own, config.suspects) ??
    createAllowedSuspects(config.suspects.networks).refusalOf(suspect)
  )
}

const turnedAway = (refusal: DoorRefusal): TurnedAway => {
  const { error, code } = doorReply(refusal)
  return { kind: 'turned-away', status: doorCodes[code].status, code, error, isOfPeer: false }
}
