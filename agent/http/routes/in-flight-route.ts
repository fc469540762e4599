import type { FastifyInstance } from 'fastify'
import { inFlightReply } from '../../contract/reply/in-flight-reply.ts'
import { inFlightPath } from '../../contract/api/paths.ts'
import { asciiJson } from '../../base/text/ascii-json.ts'
import type { InFlightFence } from '../../fence/in-flight.ts'
import { jsonType } from '../admit/reject.ts'

/**
 * GET of what is in flight and how far it is: for people who wait. Bounded by what may be in
 * flight.
 */
export const addInFlightRoute = (
  server: FastifyInstance,
  inFlight: () => readonly InFlightFence[],
): void => {
  server.get(inFlightPath, async (_request, reply) => {
    return await reply.type(jsonType).send(asciiJson(inFlightReply(inFlight())))
  })
}
