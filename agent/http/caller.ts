import type { CallerConnection } from '../fence/request.ts'
import type { ListenAddress } from './listen.ts'
import { insideOf, literalAddress } from './networks.ts'

/**
 * Whether a caller at this address may ask. Without a list everybody who reaches the listener may:
 * the config grants that to loopback and unix sockets only. On a unix socket its file mode decides.
 *
 * A TCP socket that was reset has no address any more. It is refused where there is a list: it must
 * not pass for a unix socket, which never has one.
 */
export const allowedCallers = (
  listen: ListenAddress,
  allowFrom: readonly string[],
): ((address: string | undefined) => boolean) => {
  const isInside = insideOf(allowFrom)
  const isOpen = listen.kind === 'unix' || allowFrom.length === 0
  return (address) => isOpen || (address !== undefined && isInside(address))
}

const isLoopback = insideOf(['127.0.0.0/8', '::1/128'])

/** Of a `net.Socket`: what it no longer has once the connection is gone, and never had on a unix socket. */
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
