import type { VmUuid } from '../domain/vm-uuid.ts'
import type { HostAddress } from '../base/net/host-address.ts'
import type { Secret } from '../base/text/secret.ts'

/** One accepted request: every field parsed, every default applied. */
export interface FenceRequest {
  /** Ours, one per request: the word that ties answer, log and journal together. */
  readonly fenceId: string
  readonly vm: VmUuid
  readonly suspect: SuspectTarget
  /** The whole budget of the fence in ms: the answer leaves before it ends. */
  readonly budgetMs: number
  /** The caller's correlation id, when it sent one. */
  readonly requestId: string
  /** Who asked: the name of a token or of a client certificate, else an address, or `unix`. */
  readonly askedBy: string
  /** How the caller came; absent where that is this very host or a unix socket. */
  readonly caller?: CallerConnection
  /** The id of the agent that passed the request on to us; absent where a caller asked. */
  readonly passedOnBy?: string
  /** Absent where the answer is the response. */
  readonly callback?: CallbackAsk
}

/** Requests that were made together, about VMs of one suspect; never empty. */
export type FenceRequests = readonly [FenceRequest, ...(readonly FenceRequest[])]

/** What answer and journal say a request was about. */
export interface FenceSubject {
  readonly fenceId: string
  readonly vm: VmUuid
  readonly suspect: Pick<SuspectTarget, 'addresses' | 'hostUuid'>
  readonly passedOnBy?: string
}

/** Where a caller wants its answer later, and what it calls the request there. */
export interface CallbackAsk {
  readonly task: string
  readonly url: string
}

/** Literal addresses; IPv4 is never dressed as IPv6. */
export interface CallerConnection {
  readonly remoteAddress: string
  readonly remotePort: number
  readonly localAddress: string
  readonly localPort: number
}

export interface SuspectTarget {
  /** The first is where SSH is tried first; never empty. */
  readonly addresses: readonly [HostAddress, ...HostAddress[]]
  readonly port: number
  readonly user: string
  /** The management plane's id of the host; empty where it sent none. */
  readonly hostUuid: string
  readonly password?: Secret
  readonly privateKey?: Secret
}
