/** POST of a fence: validate, accept, hand to the use case, answer now or later. */
import type { FastifyInstance, RouteShorthandOptionsWithHandler } from 'fastify'
import { parseCallbackHeaders } from '../contract/callback-headers.ts'
import { explainQuerySchema, wantsExplanation } from '../contract/explain-query.ts'
import { fenceCommandSchema } from '../contract/fence-command.ts'
import { fencePath, successorPath } from '../contract/paths.ts'
import { parseOne } from './acceptance.ts'
import type { Accept, refuseWhileDraining } from './acceptance.ts'
import { answerBody } from './answer-body.ts'
import { laterAnswers } from './answer-later.ts'
import type { LaterParts } from './answer-later.ts'
import { jsonType, turnAway } from './door.ts'

export interface FenceRouteRules {
  /** Networks to which answers may be sent, besides the caller's own address. */
  readonly callbackTo: readonly string[]
}

export interface FenceRouteParts extends LaterParts {
  readonly whileDraining: ReturnType<typeof refuseWhileDraining>
  readonly accept: Accept
}

export const addFenceRoute = (
  server: FastifyInstance,
  rules: FenceRouteRules,
  parts: FenceRouteParts,
): void => {
  const { accept, begin } = parts
  const answerLater = laterAnswers(rules.callbackTo, parts)
  const options: RouteShorthandOptionsWithHandler = {
    schema: { body: fenceCommandSchema, querystring: explainQuerySchema },
    onRequest: parts.whileDraining,
    handler: async (http, reply) => {
      const asked = parseCallbackHeaders(http.headers)
      if (asked.kind === 'refused') return await turnAway(http, reply, asked.refusal)
      const isExplained = wantsExplanation(http.query)
      const callback = asked.kind === 'later' ? asked.ask : undefined
      const accepted = accept(http, callback, parseOne(http))
      if (accepted.kind === 'refused') return await turnAway(http, reply, accepted.refusal)
      const [request] = accepted.requests
      if (asked.kind === 'later') {
        const turnedAway = answerLater(asked, request, http, accepted.guest, isExplained)
        if (turnedAway !== undefined) return await turnAway(http, reply, turnedAway)
        return await reply.code(200).send('')
      }
      const begun = begin(accepted.requests)
      if (begun.kind === 'refused') return await turnAway(http, reply, begun.refusal)
      const answer = answerBody(http.log, request, parts, isExplained)
      const { body } = await answer.finally(begun.end)
      return await reply.code(200).type(jsonType).send(body)
    },
  }
  server.post(fencePath, options)
  server.post(successorPath, options)
}
