/** The composition root: with `compose-fence.ts` the only files that name every concrete part. */
import { dirname } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { attempt } from '../callback/attempt.ts'
import { createCallbacks } from '../callback/callbacks.ts'
import type { CallbackDelivery } from '../callback/callbacks.ts'
import { countedAttempt } from '../callback/counted-attempt.ts'
import { createKeptDrill } from './last-drill.ts'
import { composeSuspectAccess } from './suspect-access.ts'
import { composeFence } from './fence.ts'
import { composeLooks } from './looks.ts'
import { readinessChecks } from './readiness.ts'
import { composeWayRound } from './way-round.ts'
import type { Config } from '../config/config.ts'
import type { FenceService } from '../fence/service.ts'
import { createAllowedSuspects } from '../http/accept/allowed-suspect.ts'
import { mayReach } from '../http/accept/allowed-callback.ts'
import { connectionLimits } from '../http/listen/connections.ts'
import { createListeners } from '../http/listen/listeners.ts'
import type { Listeners } from '../http/listen/listeners.ts'
import { readOwnHost, zstackUuidsFile } from '../http/accept/own-host.ts'
import { buildServer } from '../http/server.ts'
import { createReadiness } from '../http/routes/readiness.ts'
import { readAgentId } from '../journal/agent-id.ts'
import { deliveryAudit } from '../journal/audit.ts'
import { readHistory } from '../journal/read-history.ts'
import { createAgentMetrics } from '../metrics/agent-metrics.ts'
import { contentType } from '../metrics/registry.ts'

export interface Composition {
  readonly server: FastifyInstance
  readonly listeners: Listeners
  readonly service: FenceService
  /**
   * Puts what may change while the agent runs in place: what listeners demand, and which suspects
   * are allowed.
   */
  readonly reload: (fresh: Config) => Promise<void>
  /** Answers that are sent later, those included that an agent before us left. */
  readonly callbacks: Pick<CallbackDelivery, 'resume' | 'stop'>
  /** What an agent that was killed left in flight gets its outcome; resolves with the number. */
  readonly closeInterrupted: () => Promise<number>
  /** Closes what outlives the server; everything was answered before. */
  readonly close: () => Promise<void>
}

/** Rejects where a part cannot be made; nothing listens yet. */
export const compose = async (
  config: Config,
  log: Logger,
  version: string,
): Promise<Composition> => {
  const metrics = createAgentMetrics(version)
  const makeContactDeps = await composeSuspectAccess(config)
  let agentId = ''
  const { service, board, journal, clock } = await composeFence(
    config,
    'agent',
    makeContactDeps,
    log,
    metrics,
    async () => {
      // The journal has made the folder.
      const { id, fault } = await readAgentId(dirname(config.journal.file))
      if (fault !== undefined) log.warn({ fault }, 'the id of this agent is of this process alone')
      agentId = id
      return await composeWayRound(config, id)
    },
  )
  const { looks, unfence, lookBoard } = composeLooks(makeContactDeps)
  const { http, suspects, host, fence } = config
  const auditDelivery = deliveryAudit(log)
  const callbacks = createCallbacks(
    {
      proofMs: config.callbacks.proofSec * 1000,
      retryMs: config.callbacks.retrySec * 1000,
      // As many as are in flight, and as many again that wait for callers to come back.
      waitingMax: http.inFlightMax * 2,
    },
    {
      agentId,
      clock,
      journal,
      attempt: countedAttempt(attempt, metrics.onAttempt),
      mayReach,
      onEnd: (end) => {
        auditDelivery(end)
        metrics.onDelivery(end)
      },
      onTrouble: (error, { fenceId }, what) => {
        log.error({ err: error, fenceId }, what)
      },
    },
    journal.leftAnswers,
  )
  const { onRejected } = metrics
  const turningAway = { log, onRejected }
  const listeners = await createListeners(http.listeners, connectionLimits(http), turningAway)
  const drills = createKeptDrill(config)
  const readDrill = async (): Promise<readonly string[]> => {
    await drills.read()
    return []
  }
  // With these the drill is looked at for its gauges, within the same patience. It never makes a
  // peer unready.
  const checks = [...readinessChecks(config, journal), readDrill]
  const readiness = createReadiness(checks, clock)
  metrics.addGauges({
    inFlight: service.inFlight,
    lanes: service.lanes,
    callbacksWaiting: callbacks.waiting,
    isReady: readiness.last,
    drill: drills.gauges,
  })
  const allowed = createAllowedSuspects(suspects.networks)
  const server = buildServer(
    {
      ...http,
      ...suspects,
      callbackTo: config.callbacks.to,
      budgetMsMax: fence.budgetMaxSec * 1000,
    },
    {
      listenerOf: listeners.policies.of,
      service,
      looks: { ...looks, unfence: async (request) => await unfence(request, journal) },
      inFlight: () => [...board.list(), ...lookBoard.list()],
      readHistory: async (query) => await readHistory(config.journal.file, query),
      lastDrill: drills.read,
      callbacks,
      own: readOwnHost(host.uuid, zstackUuidsFile),
      allowed,
      ...turningAway,
      missing: readiness.missing,
      metrics: { type: contentType, text: metrics.text },
      version,
      agentId,
      nowMs: clock.nowMs,
    },
  )
  const reload = async (fresh: Config): Promise<void> => {
    await listeners.reload(fresh.http.listeners)
    allowed.replace(fresh.suspects.networks)
  }
  const { closeInterrupted, close } = journal
  const drain: FenceService['drain'] = async (graceMs) => {
    // Nobody starts a VM on what a look saw: it gets no grace.
    looks.stop()
    await service.drain(graceMs)
  }
  const drained = { ...service, drain }
  return { server, listeners, service: drained, callbacks, reload, closeInterrupted, close }
}
