import type { ListenAddress } from './listen.ts'
import { insideOf } from './networks.ts'

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
