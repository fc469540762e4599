/** Builds the HTTP server: limits, routes, and one way to be turned away. Never listens. */
import { LogController, fastify } from 'fastify'
import type { FastifyBaseLogger, FastifyError, FastifyInstance } from 'fastify'
import { plainRefusal } from '../contract/door-reply.ts'
import type { FenceService } from '../fence/service.ts'
import { allowedCallers } from './caller.ts'
import { correlationId } from './correlation.ts'
import { refusalOfError, turnAway, turnAwaySocket } from './door.ts'
import { addFenceRoute, fencePath } from './fence-route.ts'
import type { FenceRules } from './fence-route.ts'
import { addHealthRoutes } from './health-route.ts'
import {
  bodyBytesMax,
  connectionsCheckingIntervalMs,
  headerBytesMax,
  headersTimeoutMs,
  keepAliveTimeoutMs,
  requestTimeoutMs,
  spareConnectionsMax,
} from './limits.ts'
import type { ListenAddress } from './listen.ts'
import type { OwnHost } from './own-host.ts'

export interface ServerRules extends FenceRules {
  readonly listen: ListenAddress
  readonly allowFrom: readonly string[]
}

export interface ServerParts {
  readonly service: FenceService
  readonly own: OwnHost
  readonly log: FastifyBaseLogger
  readonly version: string
  /** Monotonic, in ms. */
  readonly nowMs: () => number
}

const methodsOf: ReadonlyMap<string, string> = new Map([
  [fencePath, 'POST'],
  ['/healthz', 'GET, HEAD'],
  ['/version', 'GET, HEAD'],
])

export const buildServer = (rules: ServerRules, parts: ServerParts): FastifyInstance => {
  const { log, service, own, nowMs, version } = parts
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
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    // A socket is silent for as long as its fence takes, so idle sockets are not cut.
    connectionTimeout: 0,
    http: {
      maxHeaderSize: headerBytesMax,
      headersTimeout: headersTimeoutMs,
      connectionsCheckingInterval: connectionsCheckingIntervalMs,
    },
    routerOptions: { ignoreTrailingSlash: true },
    // Our own answer while draining is a door reply; the framework's would not be.
    return503OnClosing: false,
    clientErrorHandler: (error, socket) => {
      turnAwaySocket(log, error, socket)
    },
    frameworkErrors: (_error, request, reply) => {
      const plain = plainRefusal('FENCE_REQUEST_MALFORMED')
      void turnAway(request, reply, plain)
    },
  })
  server.server.maxConnections = rules.inFlightMax * 2 + spareConnectionsMax
  server.removeContentTypeParser('text/plain')

  const mayAsk = allowedCallers(rules.listen, rules.allowFrom)
  server.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id)
    if (!mayAsk(request.raw.socket.remoteAddress)) {
      await turnAway(request, reply, plainRefusal('FENCE_CALLER_NOT_ALLOWED'))
    }
  })
  server.addHook('preClose', async () => {
    draining = true
    await Promise.resolve()
  })
  // A connection that stays open would hold the process until its idle limit.
  server.addHook('onSend', async (_request, reply) => {
    if (draining) void reply.header('connection', 'close')
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
  addFenceRoute(server, rules, { service, own, isDraining, nowMs })
  addHealthRoutes(server, { inFlight: service.inFlight, isDraining, version })
  return server
}

/** The framework reports its own doings at info; what it warns of is worth a line. */
const withoutChatter = (log: FastifyBaseLogger): FastifyBaseLogger =>
  ['error', 'fatal', 'silent'].includes(log.level) ? log : log.child({}, { level: 'warn' })
