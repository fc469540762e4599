/** From a command that the schema has passed to requests that may begin. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { plainRefusal } from '../contract/door-reply.ts'
import type { DoorRefusal } from '../contract/door-reply.ts'
import { parseFenceCommand } from '../contract/fence-command.ts'
import type { Arrival, FenceCommand } from '../contract/fence-command.ts'
import type { CallbackAsk, FenceRequest, FenceRequests } from '../fence/request.ts'
import type { AllowedSuspects } from './allowed-suspect.ts'
import { callerConnection } from './caller.ts'
import { newId } from './correlation.ts'
import { turnAway } from './door.ts'
import type { Entry, Guest } from './entry.ts'
import { callerKeepAliveMs } from './limits.ts'
import { ownHostRefusal } from './own-host.ts'
import type { OwnHost } from './own-host.ts'
import { settleCredentials } from './request-credentials.ts'

export interface AcceptRules {
  /** The longest budget of one fence, in ms. */
  readonly budgetMsMax: number
  readonly allowLoopback: boolean
}

export interface AcceptParts {
  readonly own: OwnHost
  readonly allowed: AllowedSuspects
  readonly guestOf: Entry['guestOf']
  readonly isDraining: () => boolean
}

type Refused = { readonly kind: 'refused'; readonly refusal: DoorRefusal }
export type ParsedRequests =
  { readonly kind: 'accepted'; readonly requests: FenceRequests } | Refused
export type Acceptance =
  { readonly kind: 'accepted'; readonly requests: FenceRequests; readonly guest: Guest } | Refused

export type Accept = (
  http: FastifyRequest,
  callback: CallbackAsk | undefined,
  parse: (arrive: () => Arrival) => ParsedRequests,
) => Acceptance

/** Of a body that is about one VM, and that the schema has passed. */
export const parseOne =
  ({ body }: Pick<FastifyRequest, 'body'>) =>
  (arrive: () => Arrival): ParsedRequests => {
    const parsed = parseFenceCommand(body as FenceCommand, arrive())
    return parsed.kind === 'refused' ? parsed : { kind: 'accepted', requests: [parsed.request] }
  }

/** Before the body is read: an agent that stops takes no command, whatever is in it. */
export const refuseWhileDraining =
  (isDraining: () => boolean) =>
  async (http: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (isDraining()) await turnAway(http, reply, plainRefusal('FENCE_SHUTTING_DOWN'))
  }

export const createAcceptance = (
  rules: AcceptRules,
  { own, allowed, guestOf, isDraining }: AcceptParts,
): Accept => {
  const refusalOf = ({ suspect }: FenceRequest): DoorRefusal | undefined =>
    ownHostRefusal(suspect, own, rules) ?? allowed.refusalOf(suspect)
  return (http, callback, parse) => {
    const guest = guestOf(http)
    /* c8 ignore next -- who was not let in has been turned away before */
    if (guest === undefined) return { kind: 'refused', refusal: plainRefusal('FENCE_INTERNAL') }
    const caller = callerConnection(http.raw.socket)
    const { budgetMsMax } = rules
    const { askedBy } = guest
    const arrive = (): Arrival => ({
      fenceId: newId(),
      requestId: http.id,
      askedBy,
      budgetMsMax,
      caller,
      callback,
    })
    const parsed = settleCredentials(parse(arrive), guest.requestCredentials)
    if (parsed.kind === 'refused') return parsed
    // The body may have taken a while to arrive: draining may have begun since.
    const refusal = isDraining()
      ? plainRefusal('FENCE_SHUTTING_DOWN')
      : refusalOf(parsed.requests[0])
    if (refusal !== undefined) return { kind: 'refused', refusal }
    if (caller !== undefined) http.raw.socket.setKeepAlive(true, callerKeepAliveMs)
    return { kind: 'accepted', requests: parsed.requests, guest }
  }
}
