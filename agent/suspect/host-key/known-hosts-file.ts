/**
 * The known hosts file: read whole at every use, changed by one at a time. Within this process a
 * queue sees to that, between processes (an agent, an operator's `trust`) a lock.
 */
import { dirname } from 'node:path'
import {
  appendLine,
  makeFolder,
  readText,
  realFile,
  replaceText,
} from '../../base/file/durable-file.ts'
import { withLock } from '../../base/file/file-lock.ts'
import type { Lock } from '../../base/file/file-lock.ts'
import { parseKnownHosts } from './known-hosts.ts'
import type { KnownHosts } from './known-hosts.ts'

/** A file beyond this is not read, and what is not read refuses; so it is never written, either. */
export const knownHostsBytesMax = 8 * 1024 * 1024

export type KnownHostsRead =
  | { readonly kind: 'read'; readonly known: KnownHosts; readonly text: string }
  /** It is there, or may be there, and we do not know what it says: that is not "empty". */
  | { readonly kind: 'unreadable' }

export type Kept = 'kept' | 'refused' | 'failed'

export interface KnownHostsFile {
  readonly read: () => Promise<KnownHostsRead>
  /**
   * Reads the file and appends the line that `choose` makes of it, with nobody else between the
   * two. `kept` once the line is on disk, or where `choose` wants no line.
   */
  readonly append: (choose: (known: KnownHosts) => AppendChoice) => Promise<Kept>
  /** The same for the whole text, which is replaced at once. */
  readonly rewrite: (choose: (text: string) => RewriteChoice) => Promise<Kept>
}

type NoChange = { readonly kind: 'nothing' } | { readonly kind: 'refuse' }
export type AppendChoice = { readonly kind: 'line'; readonly line: string } | NoChange
export type RewriteChoice = { readonly kind: 'text'; readonly text: string } | NoChange

/** One per file and process. */
export const createKnownHostsFile = (file: string): KnownHostsFile => {
  let queue: Promise<unknown> = Promise.resolve()
  const inTurn = (change: (path: string, lock: Lock) => Promise<Kept>): Promise<Kept> => {
    const mine = queue.then(() => changeAlone(file, change))
    queue = mine
    return mine
  }
  return {
    read: () => readKnownHosts(file),
    append: (choose) => inTurn((path, lock) => appendChosen(path, lock, choose)),
    rewrite: (choose) => inTurn((path, lock) => rewriteChosen(path, lock, choose)),
  }
}

const changeAlone = async (
  file: string,
  change: (path: string, lock: Lock) => Promise<Kept>,
): Promise<Kept> => {
  try {
    const path = await realFile(file)
    await makeFolder(dirname(path))
    return (await withLock(path, (lock) => change(path, lock))) ?? 'failed'
  } catch {
    // No space, no permission, no folder: what is not on disk for certain is not recorded.
    return 'failed'
  }
}

const readKnownHosts = async (file: string): Promise<KnownHostsRead> => {
  try {
    const text = await readText(file, knownHostsBytesMax)
    if (text === undefined) return { kind: 'unreadable' }
    return { kind: 'read', known: parseKnownHosts(text), text }
  } catch {
    return { kind: 'unreadable' }
  }
}

const appendChosen = async (
  path: string,
  lock: Lock,
  choose: (known: KnownHosts) => AppendChoice,
): Promise<Kept> => {
  const read = await readKnownHosts(path)
  if (read.kind === 'unreadable') return 'failed'
  const choice = choose(read.known)
  if (choice.kind !== 'line') return endOf(choice)
  if (read.text.length + choice.line.length + 2 > knownHostsBytesMax) return 'failed'
  if (!(await lock.isOurs())) return 'failed'
  await appendLine(path, choice.line)
  return 'kept'
}

const rewriteChosen = async (
  path: string,
  lock: Lock,
  choose: (text: string) => RewriteChoice,
): Promise<Kept> => {
  const read = await readKnownHosts(path)
  if (read.kind === 'unreadable') return 'failed'
  const choice = choose(read.text)
  if (choice.kind !== 'text') return endOf(choice)
  if (choice.text.length > knownHostsBytesMax || !(await lock.isOurs())) return 'failed'
  await replaceText(path, choice.text)
  return 'kept'
}

const endOf = ({ kind }: NoChange): Kept => (kind === 'nothing' ? 'kept' : 'refused')
