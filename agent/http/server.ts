/** Builds what answers requests: limits, routes, and one way to be turned away. Never listens. */
import type { IncomingMessage } from 'node:http'
import { LogController, fastify } from 'fastify'
import type { FastifyBaseLogger, FastifyError, FastifyInstance } from 'fastify'
import { plainRefusal } from '../contract/door-reply.ts'
import { api } from '../contract/api.ts'
import type { LastDrill } from '../contract/last-drill.ts'
import type { InFlightFence } from '../fence/board.ts'
import type { Callbacks } from '../fence/callbacks.ts'
import type { ReadPast } from '../fence/past.ts'
import type { LookService } from '../fence/look.ts'
import type { FenceService } from '../fence/service.ts'
import type { AllowedSuspects } from './allowed-suspect.ts'
import { correlationId } from './correlation.ts'
import { codeOf, refusalOfError, turnAway } from './door.ts'
import type { OnTurnedAway } from './door.ts'
import { addDoctorRoute } from './doctor-route.ts'
import { addEchoRoute } from './echo-route.ts'
import { createAcceptance, refuseWhileDraining } from './acceptance.ts'
import type { AcceptRules } from './acceptance.ts'
import { addBatchRoute } from './batch-route.ts'
import { beginnings } from './beginnings.ts'
import type { BeginRules } from './beginnings.ts'
import { addFenceRoute } from './fence-route.ts'
import type { FenceRouteRules } from './fence-route.ts'
import { addHealthRoutes } from './health-route.ts'
import type { HealthParts } from './health-route.ts'
import { addInFlightRoute } from './in-flight-route.ts'
import { addLookRoute } from './look-route.ts'
import { addRecordsRoute } from './records-route.ts'
import type { Entrance } from './doors.ts'
import { createEntry } from './entry.ts'
import { bodyBytesMax } from './limits.ts'
import type { OwnHost } from './own-host.ts'

export interface ServerRules extends AcceptRules, BeginRules, FenceRouteRules {
  /** Requests of one address in a minute. */
  readonly requestsPerMinuteMax: number
}

export interface ServerParts {
  /** The door that a request came through; undefined for none, which turns it away. */
  readonly entranceOf: (request: IncomingMessage) => Entrance | undefined
  readonly service: FenceService
  readonly looks: Pick<LookService, 'look' | 'inFlight'>
  readonly inFlight: () => readonly InFlightFence[]
  readonly readPast: ReadPast
  readonly lastDrill: () => Promise<LastDrill>
  readonly callbacks: Callbacks
  readonly own: OwnHost
  readonly allowed: AllowedSuspects
  readonly log: FastifyBaseLogger
  readonly onTurnedAway: OnTurnedAway
  readonly missing: HealthParts['missing']
  readonly metrics: HealthParts['metrics']
  readonly version: string
  readonly agentId: string
  /** Monotonic, in ms. */
  readonly nowMs: () => number
}

const methodsOf: ReadonlyMap<string, string> = new Map(
  api.map(({ path, method }) => [path, method === 'GET' ? 'GET, HEAD' : method]),
)

export const buildServer = (rules: ServerRules, parts: ServerParts): FastifyInstance => {
  const { log, service, looks, callbacks, own, allowed, agentId, nowMs } = parts
  let draining = false
  const isDraining = (): boolean => draining

  const server = fastify({
    loggerInstance: withoutChatter(log),
    // One line per verdict and one per refusal say more than two per request.
    logController: new LogController({
      disableRequestLogging: true,
      requestIdLogLabel: 'requestId',
    }),
    genReqId: ({ headers }) => correlationId(headers),
    // The validator must not repair what it was asked to judge. One fault is enough for an answer
    // that names one field, and it bounds the work that a hostile body can cause.
    ajv: {
      customOptions: {
        coerceTypes: false,
        removeAdditional: false,
        useDefaults: false,
        allErrors: false,
      },
    },
    bodyLimit: bodyBytesMax,
    routerOptions: { ignoreTrailingSlash: true },
    // Our own answer while draining is a door reply; the framework's would not be.
    return503OnClosing: false,
    frameworkErrors: (_error, request, reply) => {
      const plain = plainRefusal('FENCE_REQUEST_MALFORMED')
      void turnAway(request, reply, plain)
    },
  })
  server.removeContentTypeParser('text/plain')

  const entry = createEntry(rules, parts)
  server.addHook('onRequest', entry.onRequest)
  server.addHook('preClose', async () => {
    draining = true
    await Promise.resolve()
  })
  // A connection that stays open would hold the process until its idle limit.
  server.addHook('onSend', async (_request, reply) => {
    if (draining) void reply.header('connection', 'close')
    await Promise.resolve()
  })
  // Sent or not: whoever hung up first was turned away all the same.
  server.addHook('onSend', async (_request, reply) => {
    const code = codeOf(reply)
    if (code !== undefined) parts.onTurnedAway(code)
    await Promise.resolve()
  })
  server.setErrorHandler<FastifyError>(async (error, request, reply) => {
    const refusal = refusalOfError(error)
    if (refusal.code === 'FENCE_INTERNAL') request.log.error({ err: error }, 'request failed')
    return await turnAway(request, reply, refusal)
  })
  server.setNotFoundHandler(async (request, reply) => {
    const [path = ''] = request.url.split('?')
    const methods = methodsOf.get(path.replace(/(?<=.)\/$/, ''))
    if (methods === undefined)
      return await turnAway(request, reply, plainRefusal('FENCE_NO_SUCH_PATH'))
    return await turnAway(
      request,
      reply.header('allow', methods),
      plainRefusal('FENCE_METHOD_NOT_ALLOWED'),
    )
  })
  const { guestOf } = entry
  const accept = createAcceptance(rules, { own, allowed, guestOf, isDraining })
  // A look takes a place as a fence does: it logs in to the suspect, too.
  const inFlight = (): number => service.inFlight() + looks.inFlight()
  const begin = beginnings(rules, { inFlight })
  const whileDraining = refuseWhileDraining(isDraining)
  const shared = { service, agentId, accept, begin, nowMs, whileDraining }
  addFenceRoute(server, rules, { ...shared, callbacks })
  addBatchRoute(server, shared)
  addLookRoute(server, { ...shared, look: looks.look, log })
  addEchoRoute(server, isDraining)
  addInFlightRoute(server, parts.inFlight)
  addRecordsRoute(server, parts.readPast)
  addDoctorRoute(server, parts.lastDrill)
  addHealthRoutes(server, { ...parts, inFlight: service.inFlight, isDraining })
  return server
}

/** The framework reports its own doings at info; what it warns of is worth a line. */
const withoutChatter = (log: FastifyBaseLogger): FastifyBaseLogger =>
  ['error', 'fatal', 'silent'].includes(log.level) ? log : log.child({}, { level: 'warn' })
