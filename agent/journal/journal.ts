/** The journal port on a file: the intent is on disk before the first command leaves, the verdict before the answer. */
import type { Journal } from '../fence/ports.ts'
import { openAppendFile } from './append-file.ts'
import { intentLine, outcomeLine } from './records.ts'

export interface FileJournal extends Journal {
  /** Resolves when everything that was given is on disk. */
  readonly close: () => Promise<void>
}

/** Rejects where the file cannot be opened: without a journal nothing may be fenced. */
export const openJournal = async (file: string, wallTime: () => string): Promise<FileJournal> => {
  const lines = await openAppendFile(file)
  return {
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
