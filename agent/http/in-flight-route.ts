import type { FastifyInstance } from 'fastify'
import { inFlightReply } from '../contract/in-flight-reply.ts'
import { inFlightPath } from '../contract/paths.ts'
import { asciiJson } from '../domain/ascii-json.ts'
import type { InFlightFence } from '../fence/board.ts'
import { jsonType } from './door.ts'

/** GET of what is in flight and how far it is: for people who wait. Bounded by what may be in flight. */
export const addInFlightRoute = (
  server: FastifyInstance,
  inFlight: () => readonly InFlightFence[],
): void => {
  server.get(inFlightPath, async (_request, reply) => {
    return await reply.type(jsonType).send(asciiJson(inFlightReply(inFlight())))
  })
}
