/**
 * One line of a journal to what it says of a fence. Whoever wrote it: as little is believed as
 * possible.
 */
import { parseVmUuid } from '../domain/vm-uuid.ts'
import { parseVerdict } from '../domain/verdict-word.ts'
import type { FenceHistoryEntry } from '../fence/history.ts'

export type HistoryRecord =
  | { readonly kind: 'intent' | 'outcome'; readonly fence: FenceHistoryEntry }
  /** A record of another type, which says nothing here. */
  | { readonly kind: 'other' }

/** Undefined for what is no record. */
export const historyRecordOf = (line: string): HistoryRecord | undefined => {
  const record = parse(line)
  if (record === undefined || typeof record['type'] !== 'string') return undefined
  const { type } = record
  if (type !== 'intent' && type !== 'outcome' && type !== 'unfence') return { kind: 'other' }
  const { fenceId, requestId, askedBy, suspect, at, startedAt, durationMs, trail } = record
  const vm = parseVmUuid(textOf(record['vm']))
  const { addresses, hostUuid } = isObject(suspect) ? suspect : {}
  if (textOf(fenceId) === '' || vm === undefined || !Array.isArray(addresses)) return undefined
  const verdict = type === 'outcome' ? parseVerdict(record['verdict'], record['reason']) : undefined
  if (type === 'outcome' && verdict === undefined) return undefined
  const isEnd = type === 'outcome' || (type === 'unfence' && record['quarantine'] !== 'asked')
  const fence = {
    action: type === 'unfence' ? ('unfence' as const) : ('fence' as const),
    fenceId: textOf(fenceId),
    requestId: textOf(requestId),
    askedBy: textOf(askedBy),
    vm,
    suspect: { addresses: addresses.map(textOf), hostUuid: textOf(hostUuid) },
    askedAt: timeOf(isEnd ? startedAt : at),
    endedAt: isEnd ? timeOf(at) : '',
    verdict,
    durationMs: typeof durationMs === 'number' ? durationMs : undefined,
    detail: isObject(trail) ? textOf(trail['detail']) : '',
    quarantine: quarantineIn(type === 'unfence' ? record : reportIn(record['evidence'])),
  }
  return { kind: isEnd ? 'outcome' : 'intent', fence }
}

const reportIn = (evidence: unknown): Fields =>
  isObject(evidence) && isObject(evidence['report']) ? evidence['report'] : {}

/** As a word, or as the state in a report. */
const quarantineIn = ({ quarantine }: Fields): string =>
  isObject(quarantine) ? textOf(quarantine['state']) : textOf(quarantine)

type Fields = Readonly<Record<string, unknown>>

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

const timeOf = (value: unknown): string => {
  const text = textOf(value)
  return Number.isNaN(Date.parse(text)) ? '' : text
}

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const parse = (line: string): Fields | undefined => {
  try {
    const value: unknown = JSON.parse(line)
    return isObject(value) ? value : undefined
  } catch {
    // Torn by a crash, or no journal at all.
    return undefined
  }
}
