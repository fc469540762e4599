/** From a command that the schema has passed to requests that may begin. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { plainRejection } from '../../contract/reply/rejection.ts'
import type { Rejection } from '../../contract/reply/rejection.ts'
import { parseFenceCommand } from '../../contract/request/fence-command.ts'
import type { Arrival, FenceCommand } from '../../contract/request/fence-command.ts'
import type { CallbackAsk, FenceRequest, FenceRequests } from '../../fence/request.ts'
import type { AllowedSuspects } from './allowed-suspect.ts'
import { callerConnection } from '../admit/caller.ts'
import { newId } from '../admit/correlation.ts'
import { reject } from '../admit/reject.ts'
import type { Admit, Caller } from '../admit/admit.ts'
import { callerKeepAliveMs } from '../limits.ts'
import { ownHostRefusal } from './own-host.ts'
import { passedOnRefusal } from './passed-on.ts'
import type { OwnHost } from './own-host.ts'
import type { ParsedRequests, Refused } from './parsed-requests.ts'
import { settleCredentials } from './request-credentials.ts'

export interface AcceptConfig {
  /** The longest budget of one fence, in ms. */
  readonly budgetMsMax: number
  readonly allowLoopback: boolean
}

export interface AcceptDeps {
  readonly own: OwnHost
  readonly allowed: AllowedSuspects
  readonly agentId: string
  readonly callerOf: Admit['callerOf']
  readonly isDraining: () => boolean
}

export type Acceptance =
  { readonly kind: 'accepted'; readonly requests: FenceRequests; readonly caller: Caller } | Refused

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
    if (isDraining()) await reject(http, reply, plainRejection('FENCE_SHUTTING_DOWN'))
  }

export const createAcceptance = (
  rules: AcceptConfig,
  { own, allowed, agentId, callerOf, isDraining }: AcceptDeps,
): Accept => {
  const refusalOf = (request: FenceRequest, caller: Caller): Rejection | undefined =>
    passedOnRefusal(request, caller, agentId) ??
    ownHostRefusal(request.suspect, own, rules) ??
    allowed.refusalOf(request.suspect)
  return (http, callback, parse) => {
    const caller = callerOf(http)
    /* c8 ignore next -- who was not let in has been turned away before */
    if (caller === undefined) return { kind: 'refused', refusal: plainRejection('FENCE_INTERNAL') }
    const connection = callerConnection(http.raw.socket)
    const { budgetMsMax } = rules
    const { askedBy } = caller
    const arrive = (): Arrival => ({
      fenceId: newId(),
      requestId: http.id,
      askedBy,
      budgetMsMax,
      caller: connection,
      callback,
    })
    const parsed = settleCredentials(parse(arrive), caller.requestCredentials)
    if (parsed.kind === 'refused') return parsed
    // The body may have taken a while to arrive: draining may have begun since.
    const refusal = isDraining()
      ? plainRejection('FENCE_SHUTTING_DOWN')
      : refusalOf(parsed.requests[0], caller)
    if (refusal !== undefined) return { kind: 'refused', refusal }
    if (connection !== undefined) http.raw.socket.setKeepAlive(true, callerKeepAliveMs)
    return { kind: 'accepted', requests: parsed.requests, caller }
  }
}
