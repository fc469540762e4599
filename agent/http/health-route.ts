import type { FastifyInstance } from 'fastify'

export interface HealthParts {
  readonly inFlight: () => number
  readonly isDraining: () => boolean
  readonly version: string
}

/** GET /healthz says whether fences are accepted; GET /version says what runs here. */
export const addHealthRoutes = (server: FastifyInstance, parts: HealthParts): void => {
  server.get('/healthz', async (_request, reply) => {
    const isDraining = parts.isDraining()
    return await reply
      .code(isDraining ? 503 : 200)
      .send({ status: isDraining ? 'draining' : 'ok', inFlight: parts.inFlight() })
  })
  server.get('/version', async (_request, reply) => {
    return await reply.send({ name: 'peerfence', version: parts.version })
  })
}
