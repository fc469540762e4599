/** A small text file whose changes are on disk when they are done. Everything here may throw. */
import { randomUUID } from 'node:crypto'
import { mkdir, open, realpath, rename, stat, unlink } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import type { Stats } from 'node:fs'
import { dirname } from 'node:path'

/** What the path stands for, so that a link is written through and not replaced. */
export const realFile = async (file: string): Promise<string> => {
  try {
    return await realpath(file)
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
    return file
  }
}

/** One level only: Node's recursive form runs for ever where mkdir says ENOENT, as in /proc. */
export const makeFolder = async (folder: string): Promise<void> => {
  try {
    await mkdir(folder, 0o700)
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
  }
}

/** The whole text, as latin1; undefined where the file is longer than `bytesMax`. */
export const readText = async (file: string, bytesMax: number): Promise<string | undefined> => {
  let handle: FileHandle
  try {
    handle = await open(file, 'r')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return ''
    throw error
  }
  try {
    const { size } = await handle.stat()
    return size > bytesMax ? undefined : await handle.readFile('latin1')
  } finally {
    await handle.close()
  }
}

export const appendLine = async (file: string, line: string): Promise<void> => {
  const handle = await open(file, 'a+', 0o600)
  try {
    // A line without its end, left by an editor or a crash, must not swallow ours.
    const start = (await endsWithin(handle)) ? '\n' : ''
    await handle.appendFile(`${start}${line}\n`, 'latin1')
    await handle.sync()
  } finally {
    await handle.close()
  }
  await syncFolder(dirname(file))
}

/** Whose a file is, and for whom. */
export type Owned = Pick<Stats, 'uid' | 'gid' | 'mode'>

/**
 * All of the new text or all of the old: a reader, or a crash, never meets half of it. It is owned
 * as it was, or like `like`.
 */
export const replaceText = async (file: string, text: string, like?: Owned): Promise<void> => {
  const before = like ?? (await statOf(file))
  await withNewFile(
    file,
    async (handle) => {
      await handle.writeFile(text, 'latin1')
      if (before !== undefined) await keepOwner(handle, before)
    },
    async (made) => {
      await rename(made, file)
    },
  )
}

/**
 * Writes a temporary file (0600) beside `file`, syncs it, calls `put` to move it into place, and
 * syncs the folder. If any of that fails, nothing is left of it.
 */
export const withNewFile = async <T>(
  file: string,
  fill: (handle: FileHandle) => Promise<void>,
  put: (made: string) => Promise<T>,
): Promise<T> => {
  const made = `${file}.${randomUUID()}`
  const handle = await open(made, 'wx', 0o600)
  let result: T
  try {
    try {
      await fill(handle)
      await handle.sync()
    } finally {
      await handle.close()
    }
    result = await put(made)
  } catch (error) {
    await unlink(made)
    throw error
  }
  await syncFolder(dirname(file))
  return result
}

/** The agent, as a user of its own, has to read what an operator wrote. */
const keepOwner = async (handle: FileHandle, { uid, gid, mode }: Owned): Promise<void> => {
  const now = await handle.stat()
  if (now.uid !== uid || now.gid !== gid) await handle.chown(uid, gid)
  await handle.chmod(mode & 0o777)
}

const statOf = async (file: string): Promise<Stats | undefined> => {
  try {
    return await stat(file)
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
    return undefined
  }
}

/** Whether the last line has no end yet. */
const endsWithin = async (handle: FileHandle): Promise<boolean> => {
  const { size } = await handle.stat()
  if (size === 0) return false
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1)
  return buffer.toString('latin1') !== '\n'
}

/** A new file is only there after a crash when its folder's entry is on disk, too. */
export const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

// The file system throws nothing but errors with a code.
const errorCode = (error: unknown): unknown => (error as NodeJS.ErrnoException).code
