/** A question about one VM on one host, posted to one peer: a fence, or a look. */
import { exchange } from './exchange.ts'
import type { Exchanged, PeerCredentials } from './exchange.ts'
import type { Peer } from './peer.ts'

/** The fields of a fence, as the contract has them. */
export interface FenceQuestion {
  readonly vmUuid: string
  readonly targetHostIp: string
  readonly targetHostUuid?: string
  readonly targetHostAddresses?: readonly string[]
  readonly targetHostUsername?: string
  readonly targetHostSshPort?: number
  readonly sshTimeoutSec?: number
}

export interface PostConfig {
  readonly credentials?: PeerCredentials
  readonly isExplained?: boolean
  readonly requestId?: string
  /** How a request and its response are exchanged: by a connection of its own. */
  readonly exchange?: typeof exchange
}

/** What the contract has where `sshTimeoutSec` is not given. */
export const budgetSecDefault = 20

/** What the peer may take, in ms. */
export const budgetMsOf = ({ sshTimeoutSec }: Pick<FenceQuestion, 'sshTimeoutSec'>): number =>
  (sshTimeoutSec ?? budgetSecDefault) * 1000

export const connectMsMax = 5_000
/** Beyond the budget of the fence: an agent answers before it ends. */
export const answerGraceMs = 5_000

/** Never rejects. */
export const postQuestion = async (
  path: string,
  question: FenceQuestion,
  peer: Peer,
  {
    credentials = {},
    isExplained = false,
    requestId,
    exchange: exchanging = exchange,
  }: PostConfig = {},
): Promise<Exchanged> => {
  const request = {
    method: 'POST',
    path: `${path}${isExplained ? '?explain=1' : ''}`,
    headers: requestId === undefined ? {} : { 'x-request-id': requestId },
    body: JSON.stringify(question),
  } as const
  const limits = { connectMs: connectMsMax, totalMs: budgetMsOf(question) + answerGraceMs }
  return await exchanging(peer, request, credentials, limits)
}
