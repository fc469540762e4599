/** POST /ha/fence/vm/from/peer: validate, accept, hand to the use case, answer. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { plainRefusal } from '../contract/door-reply.ts'
import type { DoorRefusal } from '../contract/door-reply.ts'
import { fenceCommandSchema, parseFenceCommand } from '../contract/fence-command.ts'
import type { FenceCommand } from '../contract/fence-command.ts'
import { bugReply, fenceReply } from '../contract/fence-reply.ts'
import { asciiJson } from '../domain/ascii-json.ts'
import type { FenceRecord } from '../fence/record.ts'
import type { FenceRequest } from '../fence/request.ts'
import type { FenceService } from '../fence/service.ts'
import type { AllowedSuspects } from './allowed-suspect.ts'
import { callerConnection } from './caller.ts'
import { newId } from './correlation.ts'
import { jsonType, turnAway } from './door.ts'
import type { Entry } from './entry.ts'
import { callerKeepAliveMs } from './limits.ts'
import { ownHostRefusal } from './own-host.ts'
import type { OwnHost } from './own-host.ts'
import { settleCredentials } from './request-credentials.ts'
import { createShares } from './shares.ts'

export const fencePath = '/ha/fence/vm/from/peer'

export interface FenceRules {
  /** Fences at the same time; the next request is answered 503. */
  readonly inFlightMax: number
  /** Of those, for one caller; the next is answered 429. */
  readonly inFlightPerCallerMax: number
  /** The longest budget of one fence, in ms. */
  readonly budgetMsMax: number
  readonly allowLoopback: boolean
}

export interface FenceRouteParts {
  readonly service: FenceService
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
  const shares = createShares()
  const refusalOf = ({ suspect }: FenceRequest): DoorRefusal | undefined => {
    const refusal = ownHostRefusal(suspect, parts.own, rules) ?? parts.allowed.refusalOf(suspect)
    if (refusal !== undefined) return refusal
    const isFull = parts.service.inFlight() >= rules.inFlightMax
    return isFull ? plainRefusal('FENCE_BUSY') : undefined
  }

  server.post<{ Body: FenceCommand }>(fencePath, {
    schema: { body: fenceCommandSchema },
    onRequest: async (request, reply) => {
      if (parts.isDraining()) {
        await turnAway(request, reply, plainRefusal('FENCE_SHUTTING_DOWN'))
      }
    },
    handler: async (request, reply) => {
      const { budgetMsMax, inFlightPerCallerMax } = rules
      const guest = parts.guestOf(request)
      /* c8 ignore next -- who was not let in has been turned away before */
      if (guest === undefined) return await turnAway(request, reply, plainRefusal('FENCE_INTERNAL'))
      const { askedBy, requestCredentials } = guest
      const caller = callerConnection(request.raw.socket)
      const arrival = { fenceId: newId(), requestId: request.id, askedBy, budgetMsMax, caller }
      const parsed = settleCredentials(parseFenceCommand(request.body, arrival), requestCredentials)
      if (parsed.kind === 'refused') return await turnAway(request, reply, parsed.refusal)
      // The body may have taken a while to arrive: draining may have begun since.
      const refusal = parts.isDraining()
        ? plainRefusal('FENCE_SHUTTING_DOWN')
        : refusalOf(parsed.request)
      if (refusal !== undefined) return await turnAway(request, reply, refusal)
      const giveBack = shares.take(askedBy, inFlightPerCallerMax)
      if (giveBack === undefined) {
        return await turnAway(request, reply, plainRefusal('FENCE_CALLER_TOO_OFTEN'))
      }
      if (caller !== undefined) request.raw.socket.setKeepAlive(true, callerKeepAliveMs)
      return await answer(request, reply, parsed.request, parts).finally(giveBack)
    },
  })
}

/**
 * From here on the request is accepted, and it is answered with a verdict whatever happens. The fence
 * runs to its end even when the caller has gone: half a fence proves nothing, and the journal tells.
 */
const answer = async (
  http: FastifyRequest,
  reply: FastifyReply,
  request: FenceRequest,
  { service, nowMs }: FenceRouteParts,
): Promise<FastifyReply> => {
  const startMs = nowMs()
  let text: string
  try {
    const record = await service.fence(request)
    assertAnswers(record, request)
    text = asciiJson(fenceReply(record))
  } catch (error) {
    http.log.error({ err: error, fenceId: request.fenceId }, 'fence ended by a bug; refused')
    text = asciiJson(bugReply(request, nowMs() - startMs))
  }
  return await reply.code(200).type(jsonType).send(text)
}

/** An identical request may share one fence, but a verdict about another VM or host answers nothing. */
const assertAnswers = (record: FenceRecord, request: FenceRequest): void => {
  const isAboutIt =
    record.request.vm === request.vm &&
    record.request.suspect.addresses[0] === request.suspect.addresses[0]
  if (!isAboutIt) throw new Error('the record is about another VM or another host')
}
