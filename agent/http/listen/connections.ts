/** How many connections may be open: in all, for one address, and for all strangers together. */
import { insideOf } from '../../base/net/networks.ts'
import { spareConnectionsMax, strangersMax } from '../limits.ts'
import { createQuota } from '../../base/limit/quota.ts'

export interface ConnectionLimits {
  readonly allMax: number
  /**
   * Loopback and unix sockets are bounded by `allMax` alone: a proxy in front of us is one address.
   */
  readonly perAddressMax: number
}

/** Enough for the fences in flight and for what else is asked beside them. */
export const connectionLimits = (http: {
  readonly inFlightMax: number
  readonly inFlightPerCallerMax: number
}): ConnectionLimits => ({
  allMax: http.inFlightMax * 2 + spareConnectionsMax,
  perAddressMax: http.inFlightPerCallerMax + spareConnectionsMax,
})

/** Of a `net.Socket`. */
export interface Connection {
  readonly remoteAddress?: string | undefined
  readonly destroy: () => unknown
  readonly once: (event: 'close', listener: () => void) => unknown
}

const isLoopback = insideOf(['127.0.0.0/8', '::1/128'])

/**
 * Takes a place for the connection until it closes, or destroys it where there is none. Strangers,
 * who will be turned away whatever they ask, have a few places of their own: they cannot take those
 * of others, and one that came by mistake still reads why it is turned away.
 */
export const limitConnections = ({
  allMax,
  perAddressMax,
}: ConnectionLimits): ((connection: Connection, isStranger: boolean) => void) => {
  const shares = createQuota()
  return (connection, isStranger) => {
    const { remoteAddress } = connection
    const isOwn = remoteAddress === undefined || isLoopback(remoteAddress)
    const taken = isStranger
      ? [shares.take('strangers', strangersMax)]
      : [
          shares.take('all', allMax),
          ...(isOwn ? [] : [shares.take(`from ${remoteAddress}`, perAddressMax)]),
        ]
    const giveBack = (): void => {
      for (const give of taken) give?.()
    }
    if (taken.every((give) => give !== undefined)) {
      connection.once('close', giveBack)
      return
    }
    giveBack()
    connection.destroy()
  }
}
