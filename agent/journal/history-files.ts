/**
 * The whole journal of this host, with what was moved aside: `FILE`, `FILE.1`, `FILE.2.gz`, the
 * newest first.
 */
import { readFile, readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { FenceHistoryEntry, HistoryQuery } from '../fence/history.ts'
import { pageOf, readHistory } from './read-history.ts'

export interface WholeHistory {
  readonly fences: readonly FenceHistoryEntry[]
  readonly garbled: number
  /** Files that are there and could not be read. */
  readonly unreadable: readonly string[]
}

/** Of one that was packed, at most this much is unpacked. */
const unpackedBytesMax = 512 * 1024 * 1024

/** As many as the query has for a limit, from all files together. */
export const readWholeHistory = async (
  file: string,
  query: HistoryQuery,
): Promise<WholeHistory> => {
  const fences: FenceHistoryEntry[] = []
  const unreadable: string[] = []
  let garbled = 0
  for (const one of [file, ...(await rotatedOf(file))]) {
    if (fences.length >= query.limit) break
    const wanted = one === file ? query : { ...query, before: Infinity }
    const page = await pageOfFile(one, wanted).catch(() => undefined)
    if (page === undefined) unreadable.push(one)
    // One fence may have its intent in one file and its outcome in the next.
    const known = new Set(fences.map(({ fenceId }) => fenceId))
    fences.push(...(page?.fences ?? []).filter(({ fenceId }) => !known.has(fenceId)))
    garbled += page?.garbled ?? 0
  }
  return { fences: fences.slice(0, query.limit), garbled, unreadable }
}

const pageOfFile = async (file: string, query: HistoryQuery) => {
  if (!file.endsWith('.gz')) return await readHistory(file, query, Infinity)
  const options = { maxOutputLength: unpackedBytesMax }
  const text = await promisify(gunzip)(await readFile(file), options)
  const read = async (offset: number, length: number): Promise<Buffer> =>
    await Promise.resolve(text.subarray(offset, offset + length))
  return await pageOf({ size: text.length, read }, query, Infinity)
}

/** Those with the lowest numbers were moved aside last. */
const rotatedOf = async (file: string): Promise<readonly string[]> => {
  const name = basename(file)
  const names = await readdir(dirname(file)).catch(() => [])
  return names
    .flatMap((one) => {
      const [, number] = /^\.(\d{1,6})(?:\.gz)?$/.exec(one.slice(name.length)) ?? []
      return one.startsWith(name) && number !== undefined ? [{ one, number: Number(number) }] : []
    })
    .toSorted((some, other) => some.number - other.number)
    .map(({ one }) => join(dirname(file), one))
}
