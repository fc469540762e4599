/** What a journal says was begun and never ended: an agent was killed in the middle of it. */
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import type { LeftAnswer } from '../fence/callbacks.ts'
import { settleCallback } from './undelivered.ts'
import type { JournalRecord } from './undelivered.ts'

/** The identifying part of an intent, as it stands in the journal. */
export interface UnfinishedIntent {
  readonly fenceId: string
  readonly requestId: unknown
  readonly askedBy: unknown
  readonly vm: unknown
  readonly suspect: unknown
  readonly at: unknown
}

/**
 * How much of the end of a journal is read, in bytes. What was in flight at a crash was begun
 * within the longest budget before it; thousands of fences fit in here.
 */
export const tailBytesMax = 64 * 1024 * 1024

/** What one agent left to the next. */
export interface Unfinished {
  readonly intents: readonly UnfinishedIntent[]
  readonly answers: readonly LeftAnswer[]
}

/**
 * `boot`: what `readBootId` gives. Empty for a file that is not there; lines that a crash has torn
 * are passed over. Rejects where it cannot be read.
 */
export const readUnfinished = async (
  file: string,
  boot: string,
  bytesMax = tailBytesMax,
): Promise<Unfinished> => {
  const handle = await openExisting(file)
  if (handle === undefined) return { intents: [], answers: [] }
  try {
    const { size } = await handle.stat()
    const start = Math.max(0, size - bytesMax)
    return await unfinishedOf(handle.readLines({ start, autoClose: false }), boot)
  } finally {
    await handle.close()
  }
}

/** Of the lines of a journal, in their order. */
export const unfinishedOf = async (
  lines: AsyncIterable<string> | Iterable<string>,
  boot: string,
): Promise<Unfinished> => {
  const intents = new Map<string, UnfinishedIntent>()
  const answers = new Map<string, LeftAnswer>()
  for await (const line of lines) {
    const record = parse(line)
    if (record === undefined) continue
    settle(record, intents)
    settleCallback(record, answers, boot)
  }
  return { intents: [...intents.values()], answers: [...answers.values()] }
}

const openExisting = async (file: string): Promise<FileHandle | undefined> => {
  try {
    return await open(file, 'r')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

const settle = (record: JournalRecord, intents: Map<string, UnfinishedIntent>): void => {
  const { type, fenceId, requestId, askedBy, vm, suspect, at } = record
  if (typeof fenceId !== 'string') return
  if (type === 'intent') intents.set(fenceId, { fenceId, requestId, askedBy, vm, suspect, at })
  if (type === 'outcome') intents.delete(fenceId)
}

const parse = (line: string): JournalRecord | undefined => {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    // A syntax error: the first line of the tail, or one that a crash has torn.
    return undefined
  }
}
