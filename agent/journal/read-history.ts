/**
 * Fences of the past out of a journal, the newest first: a page at a time, so that no journal is
 * too long.
 */
import { open } from 'node:fs/promises'
import type { FenceHistoryEntry, HistoryPage, HistoryQuery } from '../fence/history.ts'
import { linesBackward } from '../base/file/lines-backward.ts'
import type { TextSource } from '../base/file/lines-backward.ts'
import { historyRecordOf } from './history-record.ts'

/**
 * What one page reads at most, in bytes. A page that found less than was asked for tells where to
 * go on.
 */
export const pageBytesMax = 8 * 1024 * 1024

/** A clock may have been set back since; older than this and nothing newer comes. */
const clockSlackMs = 24 * 3600 * 1000

/** Rejects where the file cannot be read; one that is not there is empty. */
export const readHistory = async (
  file: string,
  query: HistoryQuery,
  bytesMax = pageBytesMax,
): Promise<HistoryPage> => {
  const handle = await open(file, 'r').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  })
  if (handle === undefined) return { fences: [], next: undefined, garbled: 0 }
  try {
    const { size } = await handle.stat()
    const read = async (offset: number, length: number): Promise<Buffer> => {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, offset)
      return buffer.subarray(0, bytesRead)
    }
    return await pageOf({ size, read }, query, bytesMax)
  } finally {
    await handle.close()
  }
}

export const pageOf = async (
  source: TextSource,
  query: HistoryQuery,
  bytesMax = pageBytesMax,
): Promise<HistoryPage> => {
  const end = Math.min(query.before ?? source.size, source.size)
  const sinceMs = query.since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(query.since)
  const ended = new Set<string>()
  const fences: FenceHistoryEntry[] = []
  let garbled = 0
  for await (const line of linesBackward(source, end)) {
    const { text } = line
    if (fences.length >= query.limit || end - line.end > bytesMax) {
      return { fences, next: line.end, garbled }
    }
    // Records bear the uuid as it is: most lines are about other VMs.
    if (text === '' || (query.vm !== undefined && !text.includes(query.vm))) continue
    const record = historyRecordOf(text)
    if (record === undefined) garbled += 1
    if (record === undefined || record.kind === 'other') continue
    const { kind, fence } = record
    const atMs = Date.parse(fence.endedAt === '' ? fence.askedAt : fence.endedAt)
    if (atMs < sinceMs - clockSlackMs) break
    // Of two outcomes the later one counts; an intent is news only where no outcome can have come
    // after it.
    const isNews = !ended.has(fence.fenceId) && (kind === 'outcome' || query.before === undefined)
    if (kind === 'outcome') ended.add(fence.fenceId)
    if (isNews && !(atMs < sinceMs) && isAskedFor(fence, query)) fences.push(fence)
  }
  return { fences, next: undefined, garbled }
}

const isAskedFor = (
  fence: FenceHistoryEntry,
  { vm, host, askedBy, kind, action }: HistoryQuery,
): boolean => {
  const { addresses, hostUuid } = fence.suspect
  const wanted = host?.toLowerCase()
  return (
    (vm === undefined || fence.vm === vm) &&
    (askedBy === undefined || fence.askedBy === askedBy) &&
    (action === undefined || fence.action === action) &&
    (kind === undefined || fence.verdict?.kind === kind) &&
    (wanted === undefined || [...addresses, hostUuid].some((one) => one.toLowerCase() === wanted))
  )
}
