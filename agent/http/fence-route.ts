/** POST of a fence: validate, accept, hand to the use case, answer now or later. */
import type { FastifyInstance, RouteShorthandOptionsWithHandler } from 'fastify'
import { parseCallbackHeaders } from '../contract/callback-headers.ts'
import { plainRefusal } from '../contract/door-reply.ts'
import type { DoorRefusal } from '../contract/door-reply.ts'
import { fenceCommandSchema, parseFenceCommand } from '../contract/fence-command.ts'
import type { FenceCommand } from '../contract/fence-command.ts'
import type { Callbacks } from '../fence/callbacks.ts'
import type { FenceRequest } from '../fence/request.ts'
import type { FenceService } from '../fence/service.ts'
import type { AllowedSuspects } from './allowed-suspect.ts'
import { answerBody } from './answer-body.ts'
import { laterAnswers } from './answer-later.ts'
import { beginnings } from './beginnings.ts'
import type { BeginRules } from './beginnings.ts'
import { callerConnection } from './caller.ts'
import { newId } from './correlation.ts'
import { jsonType, turnAway } from './door.ts'
import type { Entry } from './entry.ts'
import { callerKeepAliveMs } from './limits.ts'
import { ownHostRefusal } from './own-host.ts'
import type { OwnHost } from './own-host.ts'
import { settleCredentials } from './request-credentials.ts'

export const fencePath = '/ha/fence/vm/from/peer'
/** The name that later management nodes have for the same; they read `success` alone. */
export const successorPath = '/ha/vm/fenceonsuspecthost'

export interface FenceRules extends BeginRules {
  /** The longest budget of one fence, in ms. */
  readonly budgetMsMax: number
  readonly allowLoopback: boolean
  /** Networks to which answers may be sent, besides the caller's own address. */
  readonly callbackTo: readonly string[]
}

export interface FenceRouteParts {
  readonly service: FenceService
  readonly callbacks: Callbacks
  readonly own: OwnHost
  readonly allowed: AllowedSuspects
  readonly guestOf: Entry['guestOf']
  readonly isDraining: () => boolean
  /** Monotonic, in ms. */
  readonly nowMs: () => number
}

export const addFenceRoute = (
  server: FastifyInstance,
  rules: FenceRules,
  parts: FenceRouteParts,
): void => {
  const refusalOf = ({ suspect }: FenceRequest): DoorRefusal | undefined =>
    ownHostRefusal(suspect, parts.own, rules) ?? parts.allowed.refusalOf(suspect)
  const begin = beginnings(rules, parts.service)
  const answerLater = laterAnswers(rules.callbackTo, { ...parts, begin })

  const options: RouteShorthandOptionsWithHandler = {
    schema: { body: fenceCommandSchema },
    onRequest: async (request, reply) => {
      if (parts.isDraining()) {
        await turnAway(request, reply, plainRefusal('FENCE_SHUTTING_DOWN'))
      }
    },
    handler: async (request, reply) => {
      const asked = parseCallbackHeaders(request.headers)
      if (asked.kind === 'refused') return await turnAway(request, reply, asked.refusal)
      const { budgetMsMax } = rules
      const guest = parts.guestOf(request)
      /* c8 ignore next -- who was not let in has been turned away before */
      if (guest === undefined) return await turnAway(request, reply, plainRefusal('FENCE_INTERNAL'))
      const caller = callerConnection(request.raw.socket)
      const arrival = {
        fenceId: newId(),
        requestId: request.id,
        askedBy: guest.askedBy,
        budgetMsMax,
        caller,
        callback: asked.kind === 'later' ? asked.ask : undefined,
      }
      // The schema has passed it.
      const command = parseFenceCommand(request.body as FenceCommand, arrival)
      const parsed = settleCredentials(command, guest.requestCredentials)
      if (parsed.kind === 'refused') return await turnAway(request, reply, parsed.refusal)
      // The body may have taken a while to arrive: draining may have begun since.
      const refusal = parts.isDraining()
        ? plainRefusal('FENCE_SHUTTING_DOWN')
        : refusalOf(parsed.request)
      if (refusal !== undefined) return await turnAway(request, reply, refusal)
      if (caller !== undefined) request.raw.socket.setKeepAlive(true, callerKeepAliveMs)
      if (asked.kind === 'later') {
        const turnedAway = answerLater(asked, parsed.request, request, guest)
        if (turnedAway !== undefined) return await turnAway(request, reply, turnedAway)
        return await reply.code(200).send('')
      }
      const begun = begin(guest.askedBy)
      if (begun.kind === 'refused') return await turnAway(request, reply, begun.refusal)
      const { body } = await answerBody(request.log, parsed.request, parts).finally(begun.end)
      return await reply.code(200).type(jsonType).send(body)
    },
  }
  server.post(fencePath, options)
  server.post(successorPath, options)
}
