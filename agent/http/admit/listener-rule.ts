/** One place to listen at, and what it demands of its callers: all of it has to hold. */
import { hostPortText } from '../../base/net/host-port.ts'

export type ListenAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }

export interface ListenerRule {
  readonly at: ListenAddress
  /** Networks in the form of `parseCidr`; empty demands nothing. */
  readonly allowFrom: readonly string[]
  readonly tls?: TlsRule
  /** Hashes of bearer tokens; see `tokens.ts`. */
  readonly tokensFile?: string
  /** `monitoring`: what the agent says of itself, and no fence. Absent: everything. */
  readonly serves?: 'all' | 'monitoring'
  /** What to do with the password or key of a suspect in a request. */
  readonly requestCredentials: 'accept' | 'ignore' | 'refuse'
  /** What to do with fences that another agent passes on. Absent: refuse. */
  readonly passedOn?: 'accept' | 'refuse'
}

export interface TlsRule {
  readonly certificateFile: string
  readonly keyFile: string
  /** Demands a certificate of the caller. */
  readonly clientCaFile?: string
  /** Of those, only certificates with one of these names; empty takes them all. */
  readonly clientNames: readonly string[]
}

/** How a listener is told apart from the others, in the form of the configuration. */
export const nameOfListener = ({ at }: ListenerRule): string =>
  at.kind === 'unix' ? `unix:${at.path}` : hostPortText(at.host, at.port)
