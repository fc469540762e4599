/** GET of the last drill, which names hosts: for those who may ask for fences. */
import type { FastifyInstance } from 'fastify'
import { lastDrillReply } from '../../contract/reply/last-drill.ts'
import type { LastDrill } from '../../contract/reply/last-drill.ts'
import { doctorPath } from '../../contract/api/paths.ts'
import { asciiJson } from '../../base/text/ascii-json.ts'
import { jsonType } from '../admit/reject.ts'

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
