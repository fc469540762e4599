/** GET of the last drill, which names hosts: for those who may ask for fences. */
import type { FastifyInstance } from 'fastify'
import { lastDrillReply } from '../contract/last-drill.ts'
import type { LastDrill } from '../contract/last-drill.ts'
import { doctorPath } from '../contract/paths.ts'
import { asciiJson } from '../domain/ascii-json.ts'
import { jsonType } from './door.ts'

/** `lastDrill` never rejects. */
export const addDoctorRoute = (
  server: FastifyInstance,
  lastDrill: () => Promise<LastDrill>,
): void => {
  server.get(doctorPath, async (_request, reply) => {
    const body = lastDrillReply(await lastDrill(), Date.now())
    return await reply.type(jsonType).send(asciiJson(body))
  })
}
