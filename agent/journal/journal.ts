/**
 * The journal port on a file: the intent is on disk before the first command leaves, the verdict
 * before the answer.
 */
import type { CallbackJournal, LeftAnswer } from '../fence/callbacks.ts'
import type { LiftState } from '../domain/lift.ts'
import type { Journal } from '../fence/ports.ts'
import type { FenceRequest } from '../fence/request.ts'
import type { Clock } from '../base/time/clock.ts'
import { openAppendFile } from '../base/file/append-file.ts'
import type { AppendFile } from '../base/file/append-file.ts'
import { readBootId } from './boot.ts'
import { answerLine, deliveryLine } from './callback-records.ts'
import { holdJournal } from './holder.ts'
import type { Writer } from './holder.ts'
import { intentLine, interruptedLine, outcomeLine, unfenceLine } from './records.ts'
import { readUnfinished } from './unfinished.ts'
import type { Unfinished } from './unfinished.ts'
import { journalFaults } from './writable.ts'

/** Told for each record how long it took, and whether it is on disk. Must not throw. */
export type OnWrite = (ms: number, isOnDisk: boolean) => void

export interface Stopwatch extends Pick<Clock, 'nowMs'> {
  readonly onWrite: OnWrite
}
const unwatched: Stopwatch = { nowMs: () => 0, onWrite: () => undefined }

export interface FileJournal extends Journal, CallbackJournal {
  /** Resolves when it is on disk that a quarantine is to be lifted, or what came of it. */
  readonly unfence: (request: FenceRequest, state: LiftState) => Promise<void>
  /** Answers that the agent before us owes to callers. */
  readonly leftAnswers: readonly LeftAnswer[]
  /**
   * Writes the outcome `interrupted` for each request that the agent before us left in flight, and
   * gives their number. To be called once, by an agent: it alone holds the journal.
   */
  readonly closeInterrupted: () => Promise<number>
  /** What stands in the way of the next record; empty where nothing does. */
  readonly faults: () => Promise<readonly string[]>
  /** Resolves when everything that was given is on disk. */
  readonly close: () => Promise<void>
}

/**
 * Rejects where the file cannot be opened or is held by another writer: without a journal nothing
 * may be fenced. It is held before it is read: what stands open in it is nobody's then.
 */
export const openJournal = async (
  file: string,
  wallTime: () => string,
  writer: Writer,
  watch: Stopwatch = unwatched,
): Promise<FileJournal> => {
  const boot = await readBootId()
  const lines = await openAppendFile(file, async (fd) => {
    await holdJournal(fd, file, writer, wallTime)
  })
  const left = await readUnfinished(file, boot)
  return {
    ...createJournal({ lines, boot, left }, wallTime, watch),
    faults: async () => await journalFaults(file, lines.place),
  }
}

/** What a journal is made of, wherever its lines end up. */
export interface JournalDeps {
  readonly lines: Pick<AppendFile, 'append' | 'close'>
  readonly boot: string
  readonly left: Unfinished
}

/** The journal itself, over lines that are on disk when their append resolves. */
export const createJournal = (
  { lines, boot, left: { intents, answers } }: JournalDeps,
  wallTime: () => string,
  { nowMs, onWrite }: Stopwatch,
): Omit<FileJournal, 'faults'> => {
  const append = async (line: string): Promise<void> => {
    const startMs = nowMs()
    try {
      await lines.append(line)
      onWrite(nowMs() - startMs, true)
    } catch (error) {
      onWrite(nowMs() - startMs, false)
      throw error
    }
  }
  return {
    leftAnswers: answers,
    answer: async (answer) => {
      await append(answerLine(answer, wallTime(), boot))
    },
    delivery: async (end) => {
      await append(deliveryLine(end, wallTime()))
    },
    closeInterrupted: async () => {
      const written = intents.map(async (intent) => {
        await append(interruptedLine(intent, wallTime()))
      })
      await Promise.all(written)
      return written.length
    },
    intent: async (request) => {
      await append(intentLine(request, wallTime()))
    },
    unfence: async (request, state) => {
      await append(unfenceLine(request, state, wallTime()))
    },
    outcome: async (record) => {
      await append(outcomeLine(record, wallTime()))
    },
    close: async () => {
      await lines.close()
    },
  }
}
