/** Whether the journal would take a line: asked without writing one. */
import { constants } from 'node:fs'
import { access, stat, statfs } from 'node:fs/promises'
import type { FilePlace } from '../base/file/append-file.ts'

/** Below this nothing is promised: a fence writes some KiB, a storm some MiB. */
const freeBytesMin = 16 * 1024 * 1024

/** Empty where nothing is missing. `opened` is what is written to. */
export const journalFaults = async (
  file: string,
  opened: FilePlace,
): Promise<readonly string[]> => {
  try {
    const { dev, ino } = await stat(file)
    if (dev !== opened.dev || ino !== opened.ino) {
      return ['/journal/file: was moved away or replaced since the start; restart the agent']
    }
    await access(file, constants.W_OK)
    const { bavail, bsize } = await statfs(file)
    if (bavail * bsize < freeBytesMin) return ['/journal/file: its file system is nearly full']
    return []
  } catch (error) {
    return [`/journal/file: cannot be written (${String(Reflect.get(Object(error), 'code'))})`]
  }
}
