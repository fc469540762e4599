/** The composition root: the only file that names every concrete part. */
import { readFile } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { attempt } from './callback/attempt.ts'
import { createCallbacks } from './callback/callbacks.ts'
import type { CallbackDelivery } from './callback/callbacks.ts'
import type { Config } from './config/config.ts'
import { createFenceService } from './fence/fence-vm.ts'
import type { FenceService } from './fence/service.ts'
import { createAllowedSuspects } from './http/allowed-suspect.ts'
import { mayReach } from './http/callback-place.ts'
import { connectionLimits } from './http/connections.ts'
import { createListeners } from './http/listeners.ts'
import type { Listeners } from './http/listeners.ts'
import { readOwnHost, zstackUuidsFile } from './http/own-host.ts'
import { buildServer } from './http/server.ts'
import { auditLine, deliveryAudit } from './journal/audit.ts'
import { openJournal } from './journal/journal.ts'
import { createProbe } from './probe/probe.ts'
import { createRunTool, systemTools } from './probe/run-tool.ts'
import { realClock } from './real-clock.ts'
import { createSuspect } from './suspect/contact.ts'
import type { SuspectConfig } from './suspect/contact.ts'
import { readLogins } from './suspect/logins.ts'
import type { Logins } from './suspect/logins.ts'
import { readOwnIdentity } from './suspect/own-identity.ts'
import { ownOwner } from './secret-file.ts'

export interface Composition {
  readonly server: FastifyInstance
  readonly listeners: Listeners
  readonly service: FenceService
  /** Puts what may change while the agent runs in place: what listeners demand, and which suspects are allowed. */
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
  const clock = realClock
  const suspect = createSuspect(await suspectConfig(config), { clock })
  const probe = createProbe(config.probe, { clock, run: createRunTool(systemTools) })
  const journal = await openJournal(config.journal.file, clock.wallTime)
  const onVerdict = auditLine(log)
  const service = createFenceService(
    { keepMs: config.ssh.sessionKeepMs },
    { clock, suspect, probe, journal, onVerdict },
  )
  const { http, suspects, host, fence } = config
  const callbacks = createCallbacks(
    {
      proofMs: config.callbacks.proofSec * 1000,
      retryMs: config.callbacks.retrySec * 1000,
      // As many as are in flight, and as many again that wait for callers to come back.
      waitingMax: http.inFlightMax * 2,
    },
    {
      clock,
      journal,
      attempt,
      mayReach,
      onEnd: deliveryAudit(log),
      onTrouble: (error, { fenceId }, what) => {
        log.error({ err: error, fenceId }, what)
      },
    },
    journal.leftAnswers,
  )
  const listeners = await createListeners(http.listeners, connectionLimits(http), log)
  const allowed = createAllowedSuspects(suspects.networks)
  const server = buildServer(
    {
      ...http,
      ...suspects,
      callbackTo: config.callbacks.to,
      budgetMsMax: fence.budgetMaxSec * 1000,
    },
    {
      entranceOf: listeners.doors.of,
      service,
      callbacks,
      own: readOwnHost(host.uuid, zstackUuidsFile),
      allowed,
      log,
      version,
      nowMs: clock.nowMs,
    },
  )
  const reload = async (fresh: Config): Promise<void> => {
    await listeners.reload(fresh.http.listeners)
    allowed.replace(fresh.suspects.networks)
  }
  const { closeInterrupted, close } = journal
  return { server, listeners, service, callbacks, reload, closeInterrupted, close }
}

/** The suspect's program, where `scripts/build` puts it. */
const programFile = new URL('./scripts/suspect/fence-vms.bash', new URL('../', import.meta.url))

const loginsOf = async (ssh: Config['ssh']): Promise<Logins> => {
  const read = await readLogins(ssh, ownOwner())
  if (read.kind === 'read') return read.logins
  throw new Error(read.faults.map(({ path, rule }) => `${path}: ${rule}`).join('; '))
}

const suspectConfig = async ({ ssh, fence, suspects }: Config): Promise<SuspectConfig> => ({
  connectWindowMs: ssh.connectWindowMs,
  hostKeyPolicy: ssh.hostKeyPolicy,
  knownHostsFile: ssh.knownHostsFile,
  logins: await loginsOf(ssh),
  holdMs: fence.holdMs,
  pidNamespace: suspects.pidNamespace,
  pageCache: suspects.pageCache,
  sharedFileSystems: suspects.sharedFileSystems,
  // Who accepts a suspect on loopback means this very host, so that it cannot be told apart by its ids.
  own: suspects.allowLoopback ? { machineId: '', bootId: '' } : await readOwnIdentity(),
  programText: await readFile(programFile, 'utf8'),
})
