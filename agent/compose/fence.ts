/**
 * The use case with every part that it needs of the world: for the agent, and for one fence without
 * it.
 */
import type { Logger } from 'pino'
import type { MakeContactDeps } from './suspect-access.ts'
import type { Config } from '../config/config.ts'
import { createInFlight } from '../fence/in-flight.ts'
import type { InFlight } from '../fence/in-flight.ts'
import { createFenceService } from '../fence/fence-vm.ts'
import type { FenceDeps } from '../fence/fence-vm.ts'
import type { Clock } from '../base/time/clock.ts'
import type { FenceRecord } from '../fence/record.ts'
import type { FenceService } from '../fence/service.ts'
import { auditLine } from '../journal/audit.ts'
import { openJournal } from '../journal/journal.ts'
import type { FileJournal, OnWrite } from '../journal/journal.ts'
import type { Writer } from '../journal/holder.ts'
import { realClock } from '../base/time/real-clock.ts'

export interface FenceDepsMade {
  readonly service: FenceService
  readonly board: InFlight
  readonly journal: FileJournal
  readonly clock: Clock
}

/** Who else is told. Must not throw. */
export interface FenceEvents {
  readonly onVerdict: (record: FenceRecord) => void
  readonly onJournalWrite: OnWrite
}

/** Called once the journal is open; gives undefined where nobody else is to be asked. */
export type MakeWayRound = () => Promise<FenceDeps['wayRound']>

const nobodyElse: MakeWayRound = async () => await Promise.resolve(undefined)

/** Rejects where a part cannot be made; nothing has been done then. */
export const composeFence = async (
  config: Config,
  writer: Writer,
  makeContactDeps: MakeContactDeps,
  log: Logger,
  { onVerdict, onJournalWrite }: FenceEvents,
  makeWayRound: MakeWayRound = nobodyElse,
): Promise<FenceDepsMade> => {
  const board = createInFlight(realClock)
  const deps = makeContactDeps(board.enter)
  const { clock } = deps
  const journal = await openJournal(config.journal.file, clock.wallTime, writer, {
    nowMs: clock.nowMs,
    onWrite: onJournalWrite,
  })
  const line = auditLine(log)
  const wayRound = await makeWayRound()
  const service = createFenceService(
    { keepMs: config.ssh.sessionKeepMs },
    {
      ...deps,
      journal,
      // The value that the journal has and the caller gets: log and metrics are made of the same.
      onVerdict: (record) => {
        line(record)
        onVerdict(record)
      },
      ...(wayRound === undefined ? {} : { wayRound }),
    },
  )
  return { service: board.watch(service), board, journal, clock }
}
