/**
 * POST of a look: through the door of a fence and within its bounds, to the use case that kills
 * nothing.
 */
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { takesNoCallback } from '../../contract/request/callback-headers.ts'
import { explainQuerySchema, wantsExplanation } from '../../contract/request/explain-query.ts'
import { fenceCommandSchema } from '../../contract/request/fence-command.ts'
import { lookReply } from '../../contract/reply/look-reply.ts'
import { lookPath } from '../../contract/api/paths.ts'
import { asciiJson } from '../../base/text/ascii-json.ts'
import type { LookService } from '../../inspect/look.ts'
import { parseOne } from '../accept/acceptance.ts'
import type { Accept, refuseWhileDraining } from '../accept/acceptance.ts'
import type { Begin } from '../accept/capacity.ts'
import { jsonType, reject } from '../admit/reject.ts'

export interface LookRouteDeps {
  readonly look: LookService['look']
  readonly whileDraining: ReturnType<typeof refuseWhileDraining>
  readonly accept: Accept
  readonly begin: Begin
  readonly log: FastifyBaseLogger
}

export const addLookRoute = (
  server: FastifyInstance,
  { look, whileDraining, accept, begin, log }: LookRouteDeps,
): void => {
  server.post(lookPath, {
    schema: { body: fenceCommandSchema, querystring: explainQuerySchema },
    onRequest: whileDraining,
    handler: async (http, reply) => {
      const refusal = takesNoCallback(http.headers, 'look')
      if (refusal !== undefined) return await reject(http, reply, refusal)
      const accepted = accept(http, undefined, parseOne(http))
      if (accepted.kind === 'refused') return await reject(http, reply, accepted.refusal)
      const begun = begin(accepted.requests)
      if (begun.kind === 'refused') return await reject(http, reply, begun.refusal)
      const [request] = accepted.requests
      const record = await look(request).finally(begun.end)
      const body = lookReply(record, wantsExplanation(http.query))
      const { seen, reason, durationMs } = body
      const { fenceId, requestId, askedBy, vm, suspect } = request
      const { addresses, hostUuid: suspectUuid } = suspect
      const asked = { fenceId, requestId, askedBy, vm, suspect: addresses[0], suspectUuid }
      log.info({ ...asked, seen, reason, durationMs }, 'look ended')
      return await reply.code(200).type(jsonType).send(asciiJson(body))
    },
  })
}
