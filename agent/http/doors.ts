/** Which door a request came through, and whether that door still stands. */
import type { IncomingMessage } from 'node:http'
import type { Door } from './admission.ts'
import { nameOfListener } from './listener-rule.ts'

export interface Entrance {
  /** The door as it is now, not as it was when the connection came. */
  readonly door: Door
  /** TLS asked this connection for a certificate of authorities that are no longer the ones. */
  readonly isStale: boolean
}

export interface Doors {
  /** Notes that a connection came through a listener; for TLS the encrypted socket. */
  readonly greet: (socket: object, listener: string) => void
  /** Undefined for a connection that nobody greeted: it may not come in. */
  readonly of: (request: IncomingMessage) => Entrance | undefined
  readonly current: (listener: string) => Door | undefined
  readonly replace: (doors: readonly Door[]) => void
}

export const createDoors = (): Doors => {
  const byListener = new Map<string, Door>()
  const greeted = new WeakMap<object, { readonly listener: string; readonly door: Door }>()
  return {
    greet: (socket, listener) => {
      const door = byListener.get(listener)
      if (door !== undefined) greeted.set(socket, { listener, door })
    },
    of: ({ socket }) => {
      const then = greeted.get(socket)
      const door = then && byListener.get(then.listener)
      return door === undefined ? undefined : { door, isStale: caOf(door) !== caOf(then?.door) }
    },
    current: (listener) => byListener.get(listener),
    replace: (doors) => {
      byListener.clear()
      for (const door of doors) byListener.set(nameOfListener(door.rule), door)
    },
  }
}

const caOf = (door: Door | undefined): string | undefined => door?.files.tls?.ca
