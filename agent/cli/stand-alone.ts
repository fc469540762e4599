/**
 * What is asked of this very process: as a request of its own, and held to the rules of the door.
 */
import type { Judged } from '../client/judge-answer.ts'
import type { Config } from '../config/config.ts'
import { rejectionReply } from '../contract/reply/rejection.ts'
import type { Rejection } from '../contract/reply/rejection.ts'
import { errorCodes } from '../contract/reply/error-codes.ts'
import type { FenceRequest, SuspectTarget } from '../fence/request.ts'
import { createAllowedSuspects } from '../http/accept/allowed-suspect.ts'
import { newId } from '../http/admit/correlation.ts'
import { ownHostRefusal, readOwnHost, zstackUuidsFile } from '../http/accept/own-host.ts'
import type { Terminal } from './subcommand.ts'
import { whoAsks } from './operator-name.ts'

export const beginStandAlone = (
  asked: FenceRequest,
  config: Config,
  terminal: Pick<Terminal, 'env'>,
): FenceRequest => ({
  ...asked,
  fenceId: newId(),
  requestId: newId(),
  askedBy: `${whoAsks(terminal)} on the command line`,
  budgetMs: Math.min(asked.budgetMs, config.fence.budgetMaxSec * 1000),
})

export type Rejected = Extract<Judged, { readonly kind: 'turned-away' }>

/** Undefined where the suspect may be logged in to. */
export const refusedHere = (suspect: SuspectTarget, config: Config): Rejected | undefined => {
  const refusal = refusalHere(suspect, config)
  return refusal && rejected(refusal)
}

/** What the door would say; undefined where it would let a request about this suspect pass. */
export const refusalHere = (suspect: SuspectTarget, config: Config): Rejection | undefined => {
  const own = readOwnHost(config.host.uuid, zstackUuidsFile)
  return (
    ownHostRefusal(suspect, own, config.suspects) ??
    createAllowedSuspects(config.suspects.networks).refusalOf(suspect)
  )
}

const rejected = (refusal: Rejection): Rejected => {
  const { error, code } = rejectionReply(refusal)
  return { kind: 'turned-away', status: errorCodes[code].status, code, error, isOfPeer: false }
}
