/** The use case with every part that it needs of the world: for the agent, and for one fence without it. */
import type { Logger } from 'pino'
import type { MakeEyes } from './compose-eyes.ts'
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
import { realClock } from './real-clock.ts'

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
  makeEyes: MakeEyes,
  log: Logger,
  { onVerdict, onJournalWrite }: FenceWatch,
): Promise<FenceParts> => {
  const board = createBoard(realClock)
  const eyes = makeEyes(board.enter)
  const { clock } = eyes
  const journal = await openJournal(config.journal.file, clock.wallTime, {
    nowMs: clock.nowMs,
    onWrite: onJournalWrite,
  })
  const line = auditLine(log)
  const service = createFenceService(
    { keepMs: config.ssh.sessionKeepMs },
    {
      ...eyes,
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
