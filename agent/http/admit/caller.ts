import type { CallerConnection } from '../../fence/request.ts'
import type { ListenerRule } from './listener-rule.ts'
import { insideOf, literalAddress } from '../../base/net/networks.ts'

/**
 * Who a caller is as long as nothing better is known: its address, or `unix`. A connection that was
 * reset has no address: it must not use up what unix sockets may ask.
 */
export const callerName = ({ at }: ListenerRule, address: string | undefined): string =>
  at.kind === 'unix' ? 'unix' : (literalAddress(address ?? '')?.address ?? 'gone')

const isLoopback = insideOf(['127.0.0.0/8', '::1/128'])

/**
 * Of a `net.Socket`: what it no longer has once the connection is gone, and never had on a unix
 * socket.
 */
export interface SocketEnds {
  readonly remoteAddress?: string | undefined
  readonly remotePort?: number | undefined
  readonly localAddress?: string | undefined
  readonly localPort?: number | undefined
}

/** Undefined for this very host, for a unix socket, and for a connection that is gone. */
export const callerConnection = (socket: SocketEnds): CallerConnection | undefined => {
  const { remotePort, localPort } = socket
  const remoteAddress = literalAddress(socket.remoteAddress ?? '')?.address
  const localAddress = literalAddress(socket.localAddress ?? '')?.address
  if (remoteAddress === undefined || localAddress === undefined) return undefined
  if (remotePort === undefined || localPort === undefined) return undefined
  if (isLoopback(remoteAddress) || remoteAddress === localAddress) return undefined
  return { remoteAddress, remotePort, localAddress, localPort }
}
