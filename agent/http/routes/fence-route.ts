/** POST of a fence: validate, accept, hand to the use case, answer now or later. */
import type { FastifyInstance, RouteShorthandOptionsWithHandler } from 'fastify'
import { parseCallbackHeaders } from '../../contract/request/callback-headers.ts'
import { explainQuerySchema, wantsExplanation } from '../../contract/request/explain-query.ts'
import { fenceCommandSchema } from '../../contract/request/fence-command.ts'
import { fencePath, successorPath } from '../../contract/api/paths.ts'
import { parseOne } from '../accept/acceptance.ts'
import type { Accept, refuseWhileDraining } from '../accept/acceptance.ts'
import { answerBody } from '../accept/answer-body.ts'
import { hungUp } from '../accept/passed-on.ts'
import { laterAnswers } from '../accept/answer-later.ts'
import type { LaterDeps } from '../accept/answer-later.ts'
import { jsonType, reject } from '../admit/reject.ts'

export interface FenceRouteConfig {
  /** Networks to which answers may be sent, besides the caller's own address. */
  readonly callbackTo: readonly string[]
}

export interface FenceRouteDeps extends LaterDeps {
  readonly whileDraining: ReturnType<typeof refuseWhileDraining>
  readonly accept: Accept
}

export const addFenceRoute = (
  server: FastifyInstance,
  rules: FenceRouteConfig,
  parts: FenceRouteDeps,
): void => {
  const { accept, begin } = parts
  const answerLater = laterAnswers(rules.callbackTo, parts)
  const options: RouteShorthandOptionsWithHandler = {
    schema: { body: fenceCommandSchema, querystring: explainQuerySchema },
    onRequest: parts.whileDraining,
    handler: async (http, reply) => {
      const asked = parseCallbackHeaders(http.headers)
      if (asked.kind === 'refused') return await reject(http, reply, asked.refusal)
      const isExplained = wantsExplanation(http.query)
      const callback = asked.kind === 'later' ? asked.ask : undefined
      const accepted = accept(http, callback, parseOne(http))
      if (accepted.kind === 'refused') return await reject(http, reply, accepted.refusal)
      const [request] = accepted.requests
      if (asked.kind === 'later') {
        const rejected = answerLater(asked, request, http, accepted.caller, isExplained)
        if (rejected !== undefined) return await reject(http, reply, rejected)
        return await reply.code(200).send('')
      }
      const begun = begin(accepted.requests)
      if (begun.kind === 'refused') return await reject(http, reply, begun.refusal)
      const calledOff = request.passedOnBy === undefined ? undefined : hungUp(reply.raw)
      const answer = answerBody(http.log, request, parts, isExplained, calledOff)
      const { body } = await answer.finally(begun.end)
      return await reply.code(200).type(jsonType).send(body)
    },
  }
  server.post(fencePath, options)
  server.post(successorPath, options)
}
