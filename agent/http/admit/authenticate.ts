/** Whether a request may come in: what its listener demands, asked again for every request. */
import type { IncomingHttpHeaders } from 'node:http'
import { TLSSocket } from 'node:tls'
import type { Rejection } from '../../contract/reply/rejection.ts'
import { plainRejection } from '../../contract/reply/rejection.ts'
import { callerName } from './caller.ts'
import { clientName } from './client-name.ts'
import type { ListenerFiles } from './listener-files.ts'
import type { ListenerRule } from './listener-rule.ts'
import { insideOf } from '../../base/net/networks.ts'
import { bearerOf } from './tokens.ts'

/** A request as far as admission looks at it. */
export interface IncomingRequest {
  readonly headers: IncomingHttpHeaders
  /** A TLS listener's is a `TLSSocket`. A socket that was reset has no address any more. */
  readonly socket: { readonly remoteAddress?: string | undefined }
}

export type Admission =
  /** Who asks, for log, journal and limits: a token's or a certificate's name, else an address. */
  | { readonly kind: 'admitted'; readonly askedBy: string }
  | { readonly kind: 'refused'; readonly refusal: Rejection }

/** One listener's door as it is now; a reload makes a new one. */
export interface ListenerPolicy {
  readonly rule: ListenerRule
  readonly files: ListenerFiles
  readonly admit: (request: IncomingRequest) => Admission
  /** Whether an address may ever be admitted: strangers get few connections. */
  readonly knows: (address: string | undefined) => boolean
}

export const createListenerPolicy = (rule: ListenerRule, files: ListenerFiles): ListenerPolicy => {
  const isInside = insideOf(rule.allowFrom)
  const isUnix = rule.at.kind === 'unix'
  // A TCP socket that was reset has no address. It must not pass for a unix socket, which never has
  // one.
  const knows = (address: string | undefined): boolean =>
    isUnix || (address !== undefined && (rule.allowFrom.length === 0 || isInside(address)))
  const admit = ({ headers, socket }: IncomingRequest): Admission => {
    const { remoteAddress } = socket
    if (!knows(remoteAddress)) return refused('FENCE_CALLER_NOT_ALLOWED')
    let askedBy = callerName(rule, remoteAddress)
    if (rule.tls?.clientCaFile !== undefined) {
      // TLS has turned away who has no such certificate; this asks again, and asks for the name.
      const isProven = socket instanceof TLSSocket && socket.authorized
      const certificate = isProven ? socket.getPeerX509Certificate() : undefined
      const name = certificate && clientName(certificate, rule.tls.clientNames)
      if (name === undefined) return refused('FENCE_CERTIFICATE_NOT_ALLOWED')
      askedBy = name
    }
    if (files.tokens !== undefined) {
      const bearer = bearerOf(files.tokens, headers.authorization)
      if (bearer === undefined) return refused('FENCE_TOKEN_NEEDED')
      askedBy = bearer
    }
    return { kind: 'admitted', askedBy }
  }
  return { rule, files, admit, knows }
}

const refused = (code: Parameters<typeof plainRejection>[0]): Admission => ({
  kind: 'refused',
  refusal: plainRejection(code),
})
