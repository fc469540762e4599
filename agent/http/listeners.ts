/** Every place that the agent listens at: opened together, closed together, reloaded in place. */
import type { RequestListener } from 'node:http'
import { createDoor } from './admission.ts'
import type { Door } from './admission.ts'
import { limitConnections } from './connections.ts'
import type { ConnectionLimits } from './connections.ts'
import type { TurningAway } from './door.ts'
import { readDoorFiles } from './door-files.ts'
import type { TlsMaterial } from './door-files.ts'
import { createDoors } from './doors.ts'
import type { Doors } from './doors.ts'
import { listenAt } from './listen.ts'
import { createListener, tlsOptions } from './listener.ts'
import type { ListenerServer } from './listener.ts'
import { nameOfListener } from './listener-rule.ts'
import type { ListenerRule } from './listener-rule.ts'

export interface Listeners {
  readonly doors: Doors
  /** Resolves with the addresses that were bound, in the order of the rules. Rejects, with none open, when one is not. */
  readonly open: (handle: RequestListener) => Promise<readonly string[]>
  /**
   * Puts what these rules demand in place. Rejects, and nothing has changed, where a file is at fault
   * or where they are about other listeners than those that are open.
   */
  readonly reload: (rules: readonly ListenerRule[]) => Promise<void>
  /** Takes no new connections; resolves when the last one has ended. */
  readonly close: () => Promise<void>
  readonly closeAllConnections: () => void
}

/** Reads what the doors are made of; opens nothing. Rejects with the listener and the file at fault. */
export const createListeners = async (
  rules: readonly ListenerRule[],
  limits: ConnectionLimits,
  { log, onTurnedAway }: TurningAway,
): Promise<Listeners> => {
  const doors = createDoors()
  doors.replace(await readDoors(rules))
  const limit = limitConnections(limits)
  const open = new Map<string, ListenerServer>()
  const close = async (): Promise<void> => {
    await Promise.all([...open.values()].map(closed))
    open.clear()
  }
  return {
    doors,
    open: async (handle) => {
      const addresses: string[] = []
      try {
        for (const rule of rules) {
          const name = nameOfListener(rule)
          const tls = doors.current(name)?.files.tls
          const server = createListener(name, tls, {
            doors,
            log,
            onTurnedAway,
            limit,
            handle,
          })
          addresses.push(await listenAt(server, rule.at))
          open.set(name, server)
        }
      } catch (error) {
        await close()
        throw error
      }
      return addresses
    },
    reload: async (fresh) => {
      if (placesOf(fresh) !== placesOf(rules)) {
        throw new Error('http.listeners: another place, or another kind of tls, needs a restart')
      }
      const made = await readDoors(fresh)
      for (const { rule, files } of made) {
        const name = nameOfListener(rule)
        const server = open.get(name)
        if (server !== undefined) renew(server, doors.current(name)?.files.tls, files.tls)
      }
      doors.replace(made)
    },
    close,
    closeAllConnections: () => {
      for (const server of open.values()) server.closeAllConnections()
    },
  }
}

const readDoors = async (rules: readonly ListenerRule[]): Promise<readonly Door[]> =>
  await Promise.all(
    rules.map(async (rule, index) => {
      try {
        return createDoor(rule, await readDoorFiles(rule))
      } catch (cause) {
        throw new Error(`/http/listeners/${index}/${String(cause).replace(/^Error: /, '')}`, {
          cause,
        })
      }
    }),
  )

/** What a server of Node's own cannot change while it listens. */
const placesOf = (rules: readonly ListenerRule[]): string =>
  JSON.stringify(
    rules
      .map((rule) => {
        const kind = rule.tls?.clientCaFile === undefined ? 'tls' : 'tls with clients'
        return `${nameOfListener(rule)} ${rule.tls === undefined ? 'plain' : kind}`
      })
      .toSorted((one, other) => one.localeCompare(other)),
  )

/**
 * Connections from before are asked anew by the door, whatever it demands now, but for what TLS
 * asked of them: those of other authorities are closed, the busy ones after their answer. All others
 * stay: a caller may just be sending on one.
 */
const renew = (
  server: ListenerServer,
  then: TlsMaterial | undefined,
  now: TlsMaterial | undefined,
): void => {
  if (now !== undefined && 'setSecureContext' in server) server.setSecureContext(tlsOptions(now))
  if (then?.ca !== now?.ca) server.closeIdleConnections()
}

const closed = async (server: ListenerServer): Promise<void> => {
  await new Promise<void>((resolve) => {
    // Its one error is that it did not listen, which is what is wanted.
    server.close(() => {
      resolve()
    })
  })
}
