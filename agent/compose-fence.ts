/** The use case with every part that it needs of the world: for the agent, and for one fence without it. */
import { readFile } from 'node:fs/promises'
import type { Logger } from 'pino'
import type { Config } from './config/config.ts'
import { createBoard } from './fence/board.ts'
import type { Board } from './fence/board.ts'
import { createFenceService } from './fence/fence-vm.ts'
import type { Clock } from './fence/ports.ts'
import type { FenceRecord } from './fence/record.ts'
import type { FenceService } from './fence/service.ts'
import { auditLine } from './journal/audit.ts'
import { openJournal } from './journal/journal.ts'
import type { FileJournal, OnWrite } from './journal/journal.ts'
import { createProbe } from './probe/probe.ts'
import { createRunTool, systemTools } from './probe/run-tool.ts'
import { realClock } from './real-clock.ts'
import { createSuspect } from './suspect/contact.ts'
import type { SuspectConfig } from './suspect/contact.ts'
import { readLogins } from './suspect/logins.ts'
import type { Logins } from './suspect/logins.ts'
import { readOwnIdentity } from './suspect/own-identity.ts'
import { ownOwner } from './secret-file.ts'

export interface FenceParts {
  readonly service: FenceService
  readonly board: Board
  readonly journal: FileJournal
  readonly clock: Clock
}

/** Who else is told. Must not throw. */
export interface FenceWatch {
  readonly onVerdict: (record: FenceRecord) => void
  readonly onJournalWrite: OnWrite
}

/** Rejects where a part cannot be made; nothing has been done then. */
export const composeFence = async (
  config: Config,
  log: Logger,
  { onVerdict, onJournalWrite }: FenceWatch,
): Promise<FenceParts> => {
  const clock = realClock
  const board = createBoard(clock)
  const suspect = createSuspect(await suspectConfig(config), { clock, onPhase: board.enter })
  const probe = createProbe(config.probe, { clock, run: createRunTool(systemTools) })
  const journal = await openJournal(config.journal.file, clock.wallTime, {
    nowMs: clock.nowMs,
    onWrite: onJournalWrite,
  })
  const line = auditLine(log)
  const service = createFenceService(
    { keepMs: config.ssh.sessionKeepMs },
    {
      clock,
      suspect,
      probe,
      journal,
      // The value that the journal has and the caller gets: log and metrics are made of the same.
      onVerdict: (record) => {
        line(record)
        onVerdict(record)
      },
    },
  )
  return { service: board.watch(service), board, journal, clock }
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
