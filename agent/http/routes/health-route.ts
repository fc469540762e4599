/** What the agent says of itself, to probes and to people. None of it is about a suspect. */
import type { FastifyInstance } from 'fastify'
import { capabilities } from '../../contract/reply/health-reply.ts'
import type { HealthReply, ReadyReply, VersionReply } from '../../contract/reply/health-reply.ts'
import { openapi } from '../../contract/api/openapi.ts'
import {
  healthPath,
  metricsPath,
  openapiPath,
  readyPath,
  versionPath,
} from '../../contract/api/paths.ts'
import { asciiJson } from '../../base/text/ascii-json.ts'
import { jsonType } from '../admit/reject.ts'

export interface HealthDeps {
  readonly inFlight: () => number
  readonly isDraining: () => boolean
  readonly version: string
  readonly agentId: string
  /** What is missing for a fence. */
  readonly missing: () => Promise<readonly string[]>
  readonly metrics: { readonly type: string; readonly text: () => string }
}

export const addHealthRoutes = (server: FastifyInstance, parts: HealthDeps): void => {
  const { inFlight, isDraining, version, agentId, missing, metrics } = parts
  /** Alive: whether requests are accepted. */
  server.get(healthPath, async (_request, reply) => {
    const status = isDraining() ? 'draining' : 'ok'
    const body: HealthReply = { status, inFlight: inFlight() }
    return await reply
      .code(status === 'ok' ? 200 : 503)
      .type(jsonType)
      .send(asciiJson(body))
  })
  /** Able: whether a fence would find what it needs. */
  server.get(readyPath, async (_request, reply) => {
    const found = isDraining() ? ['the agent is stopping'] : await missing()
    const body: ReadyReply = { ready: found.length === 0, missing: found }
    return await reply
      .code(body.ready ? 200 : 503)
      .type(jsonType)
      .send(asciiJson(body))
  })
  server.get(versionPath, async (_request, reply) => {
    const body: VersionReply = { name: 'peerfence', version, agentId, capabilities }
    return await reply.type(jsonType).send(asciiJson(body))
  })
  const document = asciiJson(openapi(version))
  server.get(openapiPath, async (_request, reply) => {
    return await reply.type(jsonType).send(document)
  })
  server.get(metricsPath, async (_request, reply) => {
    // Looked at for the gauge; whoever scrapes sees what a probe of readiness would.
    if (!isDraining()) await missing()
    return await reply.type(metrics.type).send(metrics.text())
  })
}
