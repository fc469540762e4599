/** POST of several VMs of one suspect: one verdict for each, in one answer or as a stream. */
import { PassThrough } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { batchCommandSchema, parseBatchCommand } from '../../contract/request/batch-command.ts'
import type { BatchCommand } from '../../contract/request/batch-command.ts'
import { batchBegin, batchEnd, batchReply } from '../../contract/reply/batch-reply.ts'
import { takesNoCallback } from '../../contract/request/callback-headers.ts'
import { batchPath } from '../../contract/api/paths.ts'
import { explainQuerySchema, wantsExplanation } from '../../contract/request/explain-query.ts'
import type { FenceReply } from '../../contract/reply/fence-reply.ts'
import { asciiJson } from '../../base/text/ascii-json.ts'
import type { FenceRequest } from '../../fence/request.ts'
import type { Accept, refuseWhileDraining } from '../accept/acceptance.ts'
import { answerBody } from '../accept/answer-body.ts'
import type { AnswerDeps } from '../accept/answer-body.ts'
import { hungUp } from '../accept/passed-on.ts'
import type { Begin } from '../accept/capacity.ts'
import { jsonType, reject } from '../admit/reject.ts'

/** One JSON object per line; the last one bears `end`. */
const linesType = 'application/x-ndjson; charset=utf-8'

export interface BatchRouteDeps extends AnswerDeps {
  readonly whileDraining: ReturnType<typeof refuseWhileDraining>
  readonly accept: Accept
  readonly begin: Begin
}

export const addBatchRoute = (server: FastifyInstance, parts: BatchRouteDeps): void => {
  const { accept, begin } = parts
  server.post(batchPath, {
    schema: { body: batchCommandSchema, querystring: explainQuerySchema },
    onRequest: parts.whileDraining,
    handler: async (http, reply) => {
      const refusal = takesNoCallback(http.headers, 'batch')
      if (refusal !== undefined) return await reject(http, reply, refusal)
      const accepted = accept(http, undefined, (arrive) =>
        // The schema has passed it.
        parseBatchCommand(http.body as BatchCommand, arrive),
      )
      if (accepted.kind === 'refused') return await reject(http, reply, accepted.refusal)
      const { requests } = accepted
      const isExplained = wantsExplanation(http.query)
      const begun = begin(requests)
      if (begun.kind === 'refused') return await reject(http, reply, begun.refusal)
      const calledOff = requests[0].passedOnBy === undefined ? undefined : hungUp(reply.raw)
      const answer = async (request: FenceRequest): Promise<FenceReply> =>
        (await answerBody(http.log, request, parts, isExplained, calledOff).finally(begun.end))
          .reply
      if (wantsLines(http)) {
        return await reply
          .code(200)
          .type(linesType)
          .send(linesOf(batchBegin(requests), requests.map(answer)))
      }
      const replies = await Promise.all(requests.map(answer))
      return await reply
        .code(200)
        .type(jsonType)
        .send(asciiJson(batchReply(replies)))
    },
  })
}

const wantsLines = ({ headers }: FastifyRequest): boolean =>
  headers.accept?.split(',').some((type) => /^\s*application\/x-ndjson\s*(;|$)/i.test(type)) ===
  true

/** Each reply as a line as soon as it is there. A caller that has gone misses the rest of them. */
const linesOf = (first: object, answers: readonly Promise<FenceReply>[]): PassThrough => {
  const lines = new PassThrough()
  const write = (line: object): void => {
    if (!lines.destroyed) lines.write(`${asciiJson(line)}\n`)
  }
  write(first)
  for (const answer of answers) void answer.then(write)
  void Promise.all(answers).then((replies) => {
    write(batchEnd(replies))
    lines.end()
  })
  return lines
}
