/** Small files of the agent's own beside the journal: read whole and written whole. Everything here may reject. */
import { randomUUID } from 'node:crypto'
import { link, open, readFile, rename, stat, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Undefined where there is no such file. Rejects where it cannot be read, or is longer than `bytesMax`. */
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
  await withNew(file, text, async (made) => {
    await rename(made, file)
  })
}

/** False where it was not made: there is such a file already, or its file system knows no links. */
export const createState = async (file: string, text: string): Promise<boolean> =>
  await withNew(file, text, async (made) => {
    const isMade = await link(made, file).then(
      () => true,
      () => false,
    )
    await unlink(made)
    return isMade
  })

/** Puts a file that is on disk in its place, and that on disk, too. */
const withNew = async <T>(
  file: string,
  text: string,
  put: (made: string) => Promise<T>,
): Promise<T> => {
  const made = `${file}.${randomUUID()}`
  const handle = await open(made, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  const result = await put(made)
  const folder = await open(dirname(file), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
  return result
}

const codeOf = (error: unknown): unknown => Reflect.get(Object(error), 'code')
