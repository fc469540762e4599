/** Every place that the agent listens at: opened together, closed together, reloaded in place. */
import type { RequestListener } from 'node:http'
import { createListenerPolicy } from '../admit/authenticate.ts'
import type { ListenerPolicy } from '../admit/authenticate.ts'
import { limitConnections } from './connections.ts'
import type { ConnectionLimits } from './connections.ts'
import type { Rejecting } from '../admit/reject.ts'
import { readListenerFiles } from '../admit/listener-files.ts'
import type { TlsMaterial } from '../admit/listener-files.ts'
import { createListenerPolicies } from '../admit/listener-of.ts'
import type { ListenerPolicies } from '../admit/listener-of.ts'
import { listenAt } from './listen.ts'
import { createListener, tlsOptions } from './listener.ts'
import type { ListenerServer } from './listener.ts'
import { nameOfListener } from '../admit/listener-rule.ts'
import type { ListenerRule } from '../admit/listener-rule.ts'

export interface Listeners {
  readonly policies: ListenerPolicies
  /**
   * Resolves with the addresses that were bound, in the order of the rules. Rejects, with none
   * open, when one is not.
   */
  readonly open: (handle: RequestListener) => Promise<readonly string[]>
  /**
   * Puts what these rules demand in place. Rejects, and nothing has changed, where a file is at
   * fault or where they are about other listeners than those that are open.
   */
  readonly reload: (rules: readonly ListenerRule[]) => Promise<void>
  /** Takes no new connections; resolves when the last one has ended. */
  readonly close: () => Promise<void>
  readonly closeAllConnections: () => void
}

/**
 * Reads what the policies are made of; opens nothing. Rejects with the listener and the file at
 * fault.
 */
export const createListeners = async (
  rules: readonly ListenerRule[],
  limits: ConnectionLimits,
  { log, onRejected }: Rejecting,
): Promise<Listeners> => {
  const policies = createListenerPolicies()
  policies.replace(await readPolicies(rules))
  const limit = limitConnections(limits)
  const open = new Map<string, ListenerServer>()
  const close = async (): Promise<void> => {
    await Promise.all([...open.values()].map(closed))
    open.clear()
  }
  return {
    policies,
    open: async (handle) => {
      const addresses: string[] = []
      try {
        for (const rule of rules) {
          const name = nameOfListener(rule)
          const tls = policies.current(name)?.files.tls
          const server = createListener(name, tls, {
            policies,
            log,
            onRejected,
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
      const made = await readPolicies(fresh)
      for (const { rule, files } of made) {
        const name = nameOfListener(rule)
        const server = open.get(name)
        if (server !== undefined) renew(server, policies.current(name)?.files.tls, files.tls)
      }
      policies.replace(made)
    },
    close,
    closeAllConnections: () => {
      for (const server of open.values()) server.closeAllConnections()
    },
  }
}

const readPolicies = async (rules: readonly ListenerRule[]): Promise<readonly ListenerPolicy[]> =>
  await Promise.all(
    rules.map(async (rule, index) => {
      try {
        return createListenerPolicy(rule, await readListenerFiles(rule))
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
 * asked of them: those of other authorities are closed, the busy ones after their answer. All
 * others stay: a caller may just be sending on one.
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
