/** GET of the fences of the past, a bounded page at a time. */
import type { FastifyInstance } from 'fastify'
import { plainRejection } from '../../contract/reply/rejection.ts'
import { historyPath } from '../../contract/api/paths.ts'
import { parseHistoryQuery, historyQuerySchema } from '../../contract/request/history-query.ts'
import type { HistoryFilter } from '../../contract/request/history-query.ts'
import { historyReply } from '../../contract/reply/history-reply.ts'
import { asciiJson } from '../../base/text/ascii-json.ts'
import type { ReadHistory } from '../../fence/history.ts'
import { jsonType, reject } from '../admit/reject.ts'
import { createQuota } from '../../base/limit/quota.ts'

/**
 * Readers at the same time: each reads some MiB and parses them, while fences want the processor.
 */
const readersMax = 2

export const addHistoryRoute = (server: FastifyInstance, readHistory: ReadHistory): void => {
  const shares = createQuota()
  server.get(
    historyPath,
    { schema: { querystring: historyQuerySchema } },
    async (request, reply) => {
      const parsed = parseHistoryQuery(request.query as HistoryFilter)
      if (parsed.kind === 'refused') return await reject(request, reply, parsed.refusal)
      const end = shares.take('readers', readersMax)
      if (end === undefined) {
        return await reject(request, reply, plainRejection('FENCE_HISTORY_BUSY'))
      }
      try {
        const page = await readHistory(parsed.query)
        return await reply.type(jsonType).send(asciiJson(historyReply(page, Date.now())))
      } finally {
        end()
      }
    },
  )
}
