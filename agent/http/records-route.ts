/** GET of the fences of the past, a bounded page at a time. */
import type { FastifyInstance } from 'fastify'
import { plainRefusal } from '../contract/door-reply.ts'
import { recordsPath } from '../contract/paths.ts'
import { parseRecordsQuery, recordsQuerySchema } from '../contract/records-query.ts'
import type { RecordsQuery } from '../contract/records-query.ts'
import { recordsReply } from '../contract/records-reply.ts'
import { asciiJson } from '../domain/ascii-json.ts'
import type { ReadPast } from '../fence/past.ts'
import { jsonType, turnAway } from './door.ts'
import { createShares } from './shares.ts'

/** Readers at the same time: each reads some MiB and parses them, while fences want the processor. */
const readersMax = 2

export const addRecordsRoute = (server: FastifyInstance, readPast: ReadPast): void => {
  const shares = createShares()
  server.get(
    recordsPath,
    { schema: { querystring: recordsQuerySchema } },
    async (request, reply) => {
      const parsed = parseRecordsQuery(request.query as RecordsQuery)
      if (parsed.kind === 'refused') return await turnAway(request, reply, parsed.refusal)
      const end = shares.take('readers', readersMax)
      if (end === undefined) {
        return await turnAway(request, reply, plainRefusal('FENCE_RECORDS_BUSY'))
      }
      try {
        const page = await readPast(parsed.query)
        return await reply.type(jsonType).send(asciiJson(recordsReply(page, Date.now())))
      } finally {
        end()
      }
    },
  )
}
