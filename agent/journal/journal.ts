/** The journal port on a file: the intent is on disk before the first command leaves, the verdict before the answer. */
import type { CallbackJournal, LeftAnswer } from '../fence/callbacks.ts'
import type { Journal } from '../fence/ports.ts'
import { openAppendFile } from './append-file.ts'
import { readBootId } from './boot.ts'
import { answerLine, deliveryLine } from './callback-records.ts'
import { intentLine, interruptedLine, outcomeLine } from './records.ts'
import { readUnfinished } from './unfinished.ts'

export interface FileJournal extends Journal, CallbackJournal {
  /** Answers that the agent before us owes to callers. */
  readonly leftAnswers: readonly LeftAnswer[]
  /**
   * Writes the outcome `interrupted` for each request that the agent before us left in flight, and
   * gives their number. To be called once, when it is sure that no other agent writes this journal.
   */
  readonly closeInterrupted: () => Promise<number>
  /** Resolves when everything that was given is on disk. */
  readonly close: () => Promise<void>
}

/** Rejects where the file cannot be opened: without a journal nothing may be fenced. */
export const openJournal = async (file: string, wallTime: () => string): Promise<FileJournal> => {
  const boot = await readBootId()
  const { intents, answers } = await readUnfinished(file, boot)
  const lines = await openAppendFile(file)
  return {
    leftAnswers: answers,
    answer: async (answer) => {
      await lines.append(answerLine(answer, wallTime(), boot))
    },
    delivery: async (end) => {
      await lines.append(deliveryLine(end, wallTime()))
    },
    closeInterrupted: async () => {
      const written = intents.map(async (intent) => {
        await lines.append(interruptedLine(intent, wallTime()))
      })
      await Promise.all(written)
      return written.length
    },
    intent: async (request) => {
      await lines.append(intentLine(request, wallTime()))
    },
    outcome: async (record) => {
      await lines.append(outcomeLine(record, wallTime()))
    },
    close: async () => {
      await lines.close()
    },
  }
}
