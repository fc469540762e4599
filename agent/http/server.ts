/** Builds what answers requests: limits, routes, and one way to be turned away. Never listens. */
import type { IncomingMessage } from 'node:http'
import { LogController, fastify } from 'fastify'
import type { FastifyBaseLogger, FastifyError, FastifyInstance } from 'fastify'
import { plainRejection } from '../contract/reply/rejection.ts'
import { api } from '../contract/api/api.ts'
import type { LastDrill } from '../contract/reply/last-drill.ts'
import type { InFlightFence } from '../fence/in-flight.ts'
import type { Callbacks } from '../fence/callbacks.ts'
import type { ReadHistory } from '../fence/history.ts'
import type { LookService } from '../inspect/look.ts'
import type { FenceService } from '../fence/service.ts'
import type { AllowedSuspects } from './accept/allowed-suspect.ts'
import { correlationId } from './admit/correlation.ts'
import { codeOf, refusalOfError, reject } from './admit/reject.ts'
import type { OnRejected } from './admit/reject.ts'
import { addDoctorRoute } from './routes/doctor-route.ts'
import { addEchoRoute } from './routes/echo-route.ts'
import { createAcceptance, refuseWhileDraining } from './accept/acceptance.ts'
import type { AcceptConfig } from './accept/acceptance.ts'
import { addBatchRoute } from './routes/batch-route.ts'
import { beginnings } from './accept/capacity.ts'
import type { CapacityConfig } from './accept/capacity.ts'
import { addFenceRoute } from './routes/fence-route.ts'
import type { FenceRouteConfig } from './routes/fence-route.ts'
import { addHealthRoutes } from './routes/health-route.ts'
import type { HealthDeps } from './routes/health-route.ts'
import { addInFlightRoute } from './routes/in-flight-route.ts'
import { addLookRoutes } from './routes/look-route.ts'
import { addHistoryRoute } from './routes/history-route.ts'
import type { ListenerNow } from './admit/listener-of.ts'
import { createAdmit } from './admit/admit.ts'
import { bodyBytesMax } from './limits.ts'
import type { OwnHost } from './accept/own-host.ts'

export interface ServerConfig extends AcceptConfig, CapacityConfig, FenceRouteConfig {
  /** Requests of one address in a minute. */
  readonly requestsPerMinuteMax: number
}

export interface ServerDeps {
  /** The door that a request came through; undefined for none, which turns it away. */
  readonly listenerOf: (request: IncomingMessage) => ListenerNow | undefined
  readonly service: FenceService
  readonly looks: Pick<LookService, 'look' | 'unfence' | 'inFlight'>
  readonly inFlight: () => readonly InFlightFence[]
  readonly readHistory: ReadHistory
  readonly lastDrill: () => Promise<LastDrill>
  readonly callbacks: Callbacks
  readonly own: OwnHost
  readonly allowed: AllowedSuspects
  readonly log: FastifyBaseLogger
  readonly onRejected: OnRejected
  readonly missing: HealthDeps['missing']
  readonly metrics: HealthDeps['metrics']
  readonly version: string
  readonly agentId: string
  /** Monotonic, in ms. */
  readonly nowMs: () => number
}

const methodsOf: ReadonlyMap<string, string> = new Map(
  api.map(({ path, method }) => [path, method === 'GET' ? 'GET, HEAD' : method]),
)

export const buildServer = (rules: ServerConfig, parts: ServerDeps): FastifyInstance => {
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
      const plain = plainRejection('FENCE_REQUEST_MALFORMED')
      void reject(request, reply, plain)
    },
  })
  server.removeContentTypeParser('text/plain')

  const entry = createAdmit(rules, parts)
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
    if (code !== undefined) parts.onRejected(code)
    await Promise.resolve()
  })
  server.setErrorHandler<FastifyError>(async (error, request, reply) => {
    const refusal = refusalOfError(error)
    if (refusal.code === 'FENCE_INTERNAL') request.log.error({ err: error }, 'request failed')
    return await reject(request, reply, refusal)
  })
  server.setNotFoundHandler(async (request, reply) => {
    const [path = ''] = request.url.split('?')
    const methods = methodsOf.get(path.replace(/(?<=.)\/$/, ''))
    if (methods === undefined)
      return await reject(request, reply, plainRejection('FENCE_NO_SUCH_PATH'))
    return await reject(
      request,
      reply.header('allow', methods),
      plainRejection('FENCE_METHOD_NOT_ALLOWED'),
    )
  })
  const { callerOf } = entry
  const accept = createAcceptance(rules, { own, allowed, agentId, callerOf, isDraining })
  // A look takes a place as a fence does: it logs in to the suspect, too.
  const inFlight = (): number => service.inFlight() + looks.inFlight()
  const begin = beginnings(rules, { inFlight })
  const whileDraining = refuseWhileDraining(isDraining)
  const shared = { service, agentId, accept, begin, nowMs, whileDraining }
  addFenceRoute(server, rules, { ...shared, callbacks })
  addBatchRoute(server, shared)
  addLookRoutes(server, { ...shared, ...looks, log })
  addEchoRoute(server, isDraining)
  addInFlightRoute(server, parts.inFlight)
  addHistoryRoute(server, parts.readHistory)
  addDoctorRoute(server, parts.lastDrill)
  addHealthRoutes(server, { ...parts, inFlight: service.inFlight, isDraining })
  return server
}

/** The framework reports its own doings at info; what it warns of is worth a line. */
const withoutChatter = (log: FastifyBaseLogger): FastifyBaseLogger =>
  ['error', 'fatal', 'silent'].includes(log.level) ? log : log.child({}, { level: 'warn' })
