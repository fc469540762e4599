/** The known hosts file: read whole, added to line by line, one at a time within this process. */
import { mkdir, open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { parseKnownHosts } from './known-hosts.ts'
import type { KnownHosts } from './known-hosts.ts'

/** A file beyond this is not read, and what is not read refuses. */
export const knownHostsBytesMax = 8 * 1024 * 1024

export type KnownHostsRead =
  | { readonly kind: 'read'; readonly known: KnownHosts }
  /** It is there, or may be there, and we do not know what it says: that is not "empty". */
  | { readonly kind: 'unreadable' }

export interface KnownHostsFile {
  readonly read: () => Promise<KnownHostsRead>
  /**
   * Reads the file and appends the line that `choose` makes of it, with nobody else of this
   * process between the two. `kept` once the line is on disk, or where `choose` wants no line.
   */
  readonly append: (
    choose: (known: KnownHosts) => AppendChoice,
  ) => Promise<'kept' | 'refused' | 'failed'>
}

export type AppendChoice =
  | { readonly kind: 'line'; readonly line: string }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'refuse' }

/** One per file and process: its queue is what keeps two fences from recording two keys. */
export const createKnownHostsFile = (file: string): KnownHostsFile => {
  let queue: Promise<unknown> = Promise.resolve()
  return {
    read: () => readKnownHosts(file),
    append: (choose) => {
      const mine = queue.then(() => appendChosen(file, choose))
      queue = mine
      return mine
    },
  }
}

const readKnownHosts = async (file: string): Promise<KnownHostsRead> => {
  try {
    const handle = await open(file, 'r')
    try {
      const { size } = await handle.stat()
      if (size > knownHostsBytesMax) return { kind: 'unreadable' }
      return { kind: 'read', known: parseKnownHosts(await handle.readFile('latin1')) }
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') return { kind: 'unreadable' }
    return { kind: 'read', known: parseKnownHosts('') }
  }
}

const appendChosen = async (
  file: string,
  choose: (known: KnownHosts) => AppendChoice,
): Promise<'kept' | 'refused' | 'failed'> => {
  const read = await readKnownHosts(file)
  if (read.kind === 'unreadable') return 'failed'
  const choice = choose(read.known)
  switch (choice.kind) {
    case 'nothing':
      return 'kept'
    case 'refuse':
      return 'refused'
    case 'line':
      return await appendLine(file, choice.line)
  }
}

const appendLine = async (file: string, line: string): Promise<'kept' | 'failed'> => {
  try {
    await makeFolder(dirname(file))
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
    return 'kept'
  } catch {
    // No space, no permission, no folder: what is not on disk for certain is not recorded.
    return 'failed'
  }
}

/** One level only: Node's recursive form runs for ever where mkdir says ENOENT, as in /proc. */
const makeFolder = async (folder: string): Promise<void> => {
  try {
    await mkdir(folder, 0o700)
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
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
const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

// The file system throws nothing but errors with a code.
const errorCode = (error: unknown): unknown => (error as NodeJS.ErrnoException).code
