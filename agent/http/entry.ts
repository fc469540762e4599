/** The first step of every request, whatever its path: through its door, within its caller's rate. */
import type { IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { api } from '../contract/api.ts'
import { plainRefusal } from '../contract/door-reply.ts'
import { callerName } from './caller.ts'
import { turnAway } from './door.ts'
import type { Entrance } from './doors.ts'
import type { ListenerRule } from './listener-rule.ts'
import { createRateLimit } from './rate.ts'

/** Who was let in, and what is believed of it. */
export interface Guest {
  /** For log, journal and limits: a token's or a certificate's name, else an address, or `unix`. */
  readonly askedBy: string
  readonly requestCredentials: ListenerRule['requestCredentials']
  /** Came over a unix socket, so from this very host: told by the listener, never by a missing address. */
  readonly isUnix: boolean
}

/** As the router names them, so that no spelling of a path slips through. */
const isMonitoring: ReadonlySet<string | undefined> = new Set(
  api.flatMap((route) => (route.isMonitoring === true ? [route.path] : [])),
)

export interface EntryParts {
  readonly entranceOf: (request: IncomingMessage) => Entrance | undefined
  /** Monotonic, in ms. */
  readonly nowMs: () => number
}

export interface Entry {
  readonly onRequest: (request: FastifyRequest, reply: FastifyReply) => Promise<void>
  /** Undefined for a request that was turned away. */
  readonly guestOf: (request: FastifyRequest) => Guest | undefined
}

export const createEntry = (
  { requestsPerMinuteMax }: { readonly requestsPerMinuteMax: number },
  { entranceOf, nowMs }: EntryParts,
): Entry => {
  const rate = createRateLimit(requestsPerMinuteMax, nowMs)
  const guests = new WeakMap<FastifyRequest, Guest>()
  return {
    guestOf: (request) => guests.get(request),
    onRequest: async (request, reply) => {
      void reply.header('x-request-id', request.id)
      const entrance = entranceOf(request.raw)
      if (entrance === undefined) {
        await turnAway(request, reply, plainRefusal('FENCE_CALLER_NOT_ALLOWED'))
        return
      }
      // What TLS asked of it is no longer what is asked, and this connection cannot be asked again.
      if (entrance.isStale) {
        await turnAway(request, reply, plainRefusal('FENCE_CERTIFICATE_NOT_ALLOWED'))
        return
      }
      // Asked first, so that tokens cannot be guessed faster than that.
      const waitSec = rate.take(callerName(entrance.door.rule, request.raw.socket.remoteAddress))
      if (waitSec !== undefined) {
        await turnAway(request, reply, plainRefusal('FENCE_CALLER_TOO_OFTEN'), waitSec)
        return
      }
      const admission = entrance.door.admit(request.raw)
      if (admission.kind === 'refused') {
        await turnAway(request, reply, admission.refusal)
        return
      }
      const { rule } = entrance.door
      if (rule.serves === 'monitoring' && !isMonitoring.has(request.routeOptions.url)) {
        await turnAway(request, reply, plainRefusal('FENCE_NOT_SERVED_HERE'))
        return
      }
      const { headers, httpVersion } = request.raw
      if (headers.host === undefined && httpVersion !== '1.0') {
        await turnAway(request, reply, plainRefusal('FENCE_REQUEST_MALFORMED'))
        return
      }
      const { requestCredentials, at } = rule
      const { askedBy } = admission
      guests.set(request, { askedBy, requestCredentials, isUnix: at.kind === 'unix' })
    },
  }
}
