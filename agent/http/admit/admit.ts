/**
 * The first step of every request, whatever its path: through its door, within its caller's rate.
 */
import type { IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { api } from '../../contract/api/api.ts'
import { plainRejection } from '../../contract/reply/rejection.ts'
import { callerName } from './caller.ts'
import { reject } from './reject.ts'
import type { ListenerNow } from './listener-of.ts'
import type { ListenerRule } from './listener-rule.ts'
import { createRateLimit } from '../../base/limit/rate-limit.ts'

/** Who was let in, and what is believed of it. */
export interface Caller {
  /** For log, journal and limits: a token's or a certificate's name, else an address, or `unix`. */
  readonly askedBy: string
  readonly requestCredentials: ListenerRule['requestCredentials']
  /** Whether it may pass on a fence that was asked of it. */
  readonly mayPassOn: boolean
  /**
   * Came over a unix socket, so from this very host: told by the listener, never by a missing
   * address.
   */
  readonly isUnix: boolean
}

/** As the router names them, so that no spelling of a path slips through. */
const isMonitoring: ReadonlySet<string | undefined> = new Set(
  api.flatMap((route) => (route.isMonitoring === true ? [route.path] : [])),
)

export interface AdmitDeps {
  readonly listenerOf: (request: IncomingMessage) => ListenerNow | undefined
  /** Monotonic, in ms. */
  readonly nowMs: () => number
}

export interface Admit {
  readonly onRequest: (request: FastifyRequest, reply: FastifyReply) => Promise<void>
  /** Undefined for a request that was turned away. */
  readonly callerOf: (request: FastifyRequest) => Caller | undefined
}

export const createAdmit = (
  { requestsPerMinuteMax }: { readonly requestsPerMinuteMax: number },
  { listenerOf, nowMs }: AdmitDeps,
): Admit => {
  const rate = createRateLimit(requestsPerMinuteMax, nowMs)
  const guests = new WeakMap<FastifyRequest, Caller>()
  return {
    callerOf: (request) => guests.get(request),
    onRequest: async (request, reply) => {
      void reply.header('x-request-id', request.id)
      const listener = listenerOf(request.raw)
      if (listener === undefined) {
        await reject(request, reply, plainRejection('FENCE_CALLER_NOT_ALLOWED'))
        return
      }
      // What TLS asked of it is no longer what is asked, and this connection cannot be asked again.
      if (listener.isStale) {
        await reject(request, reply, plainRejection('FENCE_CERTIFICATE_NOT_ALLOWED'))
        return
      }
      // Asked first, so that tokens cannot be guessed faster than that.
      const waitSec = rate.take(callerName(listener.policy.rule, request.raw.socket.remoteAddress))
      if (waitSec !== undefined) {
        await reject(request, reply, plainRejection('FENCE_CALLER_TOO_OFTEN'), waitSec)
        return
      }
      const admission = listener.policy.admit(request.raw)
      if (admission.kind === 'refused') {
        await reject(request, reply, admission.refusal)
        return
      }
      const { rule } = listener.policy
      if (rule.serves === 'monitoring' && !isMonitoring.has(request.routeOptions.url)) {
        await reject(request, reply, plainRejection('FENCE_NOT_SERVED_HERE'))
        return
      }
      const { headers, httpVersion } = request.raw
      if (headers.host === undefined && httpVersion !== '1.0') {
        await reject(request, reply, plainRejection('FENCE_REQUEST_MALFORMED'))
        return
      }
      const { requestCredentials, at } = rule
      const { askedBy } = admission
      const isUnix = at.kind === 'unix'
      const mayPassOn = rule.passedOn === 'accept'
      guests.set(request, { askedBy, requestCredentials, mayPassOn, isUnix })
    },
  }
}
