/** One writer at a time, across processes: a lock file beside the file. */
import { randomUUID } from 'node:crypto'
import { open, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** How long to wait for another writer, in ms. A fence would rather refuse than wait longer. */
export const lockWaitMs = 3000
/** A lock this old, in ms, was left by a process that is gone: a writer holds it for one write. */
export const lockStaleMs = 10_000

/** Between two looks, in ms. */
const pollMs = 10
/** After taking a stale lock over, in ms: long enough to see whether somebody else did, too. */
const settleMs = 100

export interface Lock {
  /** Whether nobody took the lock over, as happens to one that is held for too long. */
  readonly isOurs: () => Promise<boolean>
}

/** Undefined where the lock could not be had in time; rejects where no lock can be made at all. */
export const withLock = async <T>(
  file: string,
  work: (lock: Lock) => Promise<T>,
): Promise<T | undefined> => {
  const path = `${file}.lock`
  const token = randomUUID()
  const isOurs = async (): Promise<boolean> => (await textOf(path)) === token
  if (!(await acquire(path, token, isOurs))) return undefined
  try {
    return await work({ isOurs })
  } finally {
    if (await isOurs()) await unlink(path)
  }
}

const acquire = async (path: string, token: string, isOurs: Lock['isOurs']): Promise<boolean> => {
  const endMs = performance.now() + lockWaitMs
  while (performance.now() < endMs) {
    if (await create(path, token)) return true
    if (await isStale(path)) {
      await takeOver(path, token)
      await sleep(settleMs)
      // Of several that took it over, the last one has it.
      if (await isOurs()) return true
    }
    await sleep(pollMs)
  }
  return false
}

const create = async (path: string, token: string): Promise<boolean> => {
  try {
    const handle = await open(path, 'wx', 0o600)
    try {
      await handle.writeFile(token)
    } finally {
      await handle.close()
    }
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

const takeOver = async (path: string, token: string): Promise<void> => {
  const mine = `${path}.${token}`
  await writeFile(mine, token, { flag: 'wx', mode: 0o600 })
  try {
    await rename(mine, path)
  } catch (error) {
    await unlink(mine)
    throw error
  }
}

const isStale = async (path: string): Promise<boolean> => {
  try {
    const { mtimeMs } = await stat(path)
    // Either way: a clock that was set back must not leave a lock for ever.
    return Math.abs(Date.now() - mtimeMs) > lockStaleMs
  } catch (error) {
    /* c8 ignore next -- it went between two looks: up to the scheduler */
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}

const textOf = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'latin1')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

// The file system throws nothing but errors with a code.
const codeOf = (error: unknown): unknown => (error as NodeJS.ErrnoException).code
