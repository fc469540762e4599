/**
 * POST of a look, or of a quarantine that is to be lifted: through the door of a fence and within
 * its bounds, to use cases that kill nothing.
 */
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { takesNoCallback } from '../../contract/request/callback-headers.ts'
import { explainQuerySchema, wantsExplanation } from '../../contract/request/explain-query.ts'
import { fenceCommandSchema } from '../../contract/request/fence-command.ts'
import { lookReply } from '../../contract/reply/look-reply.ts'
import { unfenceReply } from '../../contract/reply/unfence-reply.ts'
import { lookPath, unfencePath } from '../../contract/api/paths.ts'
import { asciiJson } from '../../base/text/ascii-json.ts'
import type { LookService } from '../../inspect/look.ts'
import { parseOne } from '../accept/acceptance.ts'
import type { Accept, refuseWhileDraining } from '../accept/acceptance.ts'
import type { Begin } from '../accept/capacity.ts'
import { jsonType, reject } from '../admit/reject.ts'

export interface LookRouteDeps {
  readonly look: LookService['look']
  readonly unfence: LookService['unfence']
  readonly whileDraining: ReturnType<typeof refuseWhileDraining>
  readonly accept: Accept
  readonly begin: Begin
  readonly log: FastifyBaseLogger
}

const visits = [
  { of: 'look', path: lookPath, reply: lookReply, ended: 'look ended' },
  { of: 'unfence', path: unfencePath, reply: unfenceReply, ended: 'unfence ended' },
] as const

export const addLookRoutes = (server: FastifyInstance, deps: LookRouteDeps): void => {
  const { whileDraining, accept, begin, log } = deps
  for (const { of, path, reply: replyOf, ended } of visits) {
    server.post(path, {
      schema: { body: fenceCommandSchema, querystring: explainQuerySchema },
      onRequest: whileDraining,
      handler: async (http, reply) => {
        const refusal = takesNoCallback(http.headers, of)
        if (refusal !== undefined) return await reject(http, reply, refusal)
        const accepted = accept(http, undefined, parseOne(http))
        if (accepted.kind === 'refused') return await reject(http, reply, accepted.refusal)
        const begun = begin(accepted.requests)
        if (begun.kind === 'refused') return await reject(http, reply, begun.refusal)
        const [request] = accepted.requests
        const record = await deps[of](request).finally(begun.end)
        const body = replyOf(record, wantsExplanation(http.query))
        const { reason, durationMs } = body
        const saw = 'seen' in body ? { seen: body.seen } : { quarantine: body.quarantine }
        const { fenceId, requestId, askedBy, vm, suspect } = request
        const { addresses, hostUuid: suspectUuid } = suspect
        const asked = { fenceId, requestId, askedBy, vm, suspect: addresses[0], suspectUuid }
        log.info({ ...asked, ...saw, reason, durationMs }, ended)
        return await reply.code(200).type(jsonType).send(asciiJson(body))
      },
    })
  }
}
