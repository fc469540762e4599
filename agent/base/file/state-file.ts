/**
 * Small files of the agent's own beside the journal: read whole and written whole. Everything here
 * may reject.
 */
import { link, readFile, rename, stat, unlink } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { withNewFile } from './durable-file.ts'

/**
 * Undefined where there is no such file. Rejects where it cannot be read, or is longer than
 * `bytesMax`.
 */
export const readState = async (file: string, bytesMax: number): Promise<string | undefined> => {
  try {
    const { size } = await stat(file)
    if (size > bytesMax) throw new Error(`${file} is longer than ${bytesMax} bytes`)
    return await readFile(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** All of the new text or all of the old, 0600: a reader, or a crash, never meets half of it. */
export const replaceState = async (file: string, text: string): Promise<void> => {
  await withNewFile(file, filledWith(text), async (made) => {
    await rename(made, file)
  })
}

/** False where it was not made: there is such a file already, or its file system knows no links. */
export const createState = async (file: string, text: string): Promise<boolean> =>
  await withNewFile(file, filledWith(text), async (made) => {
    const isMade = await link(made, file).then(
      () => true,
      () => false,
    )
    await unlink(made)
    return isMade
  })

const filledWith =
  (text: string) =>
  async (handle: FileHandle): Promise<void> => {
    await handle.writeFile(text)
  }

const codeOf = (error: unknown): unknown => Reflect.get(Object(error), 'code')
