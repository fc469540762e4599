/** Which policy a request came through, and whether that policy still stands. */
import type { IncomingMessage } from 'node:http'
import type { ListenerPolicy } from './authenticate.ts'
import { nameOfListener } from './listener-rule.ts'

export interface ListenerNow {
  /** The policy as it is now, not as it was when the connection came. */
  readonly policy: ListenerPolicy
  /** TLS asked this connection for a certificate of authorities that are no longer the ones. */
  readonly isStale: boolean
}

export interface ListenerPolicies {
  /** Notes that a connection came through a listener; for TLS the encrypted socket. */
  readonly greet: (socket: object, listener: string) => void
  /** Undefined for a connection that nobody greeted: it may not come in. */
  readonly of: (request: IncomingMessage) => ListenerNow | undefined
  readonly current: (listener: string) => ListenerPolicy | undefined
  readonly replace: (policies: readonly ListenerPolicy[]) => void
}

export const createListenerPolicies = (): ListenerPolicies => {
  const byListener = new Map<string, ListenerPolicy>()
  const greeted = new WeakMap<
    object,
    { readonly listener: string; readonly policy: ListenerPolicy }
  >()
  return {
    greet: (socket, listener) => {
      const policy = byListener.get(listener)
      if (policy !== undefined) greeted.set(socket, { listener, policy })
    },
    of: ({ socket }) => {
      const then = greeted.get(socket)
      const policy = then && byListener.get(then.listener)
      return policy === undefined
        ? undefined
        : { policy, isStale: caOf(policy) !== caOf(then?.policy) }
    },
    current: (listener) => byListener.get(listener),
    replace: (policies) => {
      byListener.clear()
      for (const policy of policies) byListener.set(nameOfListener(policy.rule), policy)
    },
  }
}

const caOf = (policy: ListenerPolicy | undefined): string | undefined => policy?.files.tls?.ca
