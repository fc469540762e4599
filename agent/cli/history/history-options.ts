/** What `history` was asked for. Pure, but for the clock that a length of time counts from. */
import { parseVmUuid } from '../../domain/vm-uuid.ts'
import type { Verdict } from '../../domain/verdict.ts'
import type { HistoryQuery } from '../../fence/history.ts'
import type { Arguments } from '../subcommand.ts'

export type History =
  | { readonly kind: 'history'; readonly query: HistoryQuery }
  | { readonly kind: 'misused'; readonly message: string }

const limitMax = 100_000
const limitDefault = 50

const kinds: Readonly<Record<string, Verdict['kind']>> = {
  dead: 'confirmed-dead',
  unreachable: 'unreachable',
  refused: 'still-alive',
}

const misused = (message: string): History => ({ kind: 'misused', message: `history: ${message}` })

export const historyOf = ({ text, isSet }: Arguments, nowMs: number): History => {
  const [vmText, host, askedBy] = [text('vm'), text('host'), text('asked-by')]
  const vm = vmText === undefined ? undefined : parseVmUuid(vmText)
  if (vmText !== undefined && vm === undefined) return misused('--vm has to be the uuid of a VM')
  const verdict = text('verdict')
  const kind = verdict !== undefined && Object.hasOwn(kinds, verdict) ? kinds[verdict] : undefined
  if (verdict !== undefined && kind === undefined) {
    return misused('--verdict has to be dead, unreachable or refused')
  }
  const sinceText = text('since')
  const since = sinceText === undefined ? undefined : sinceOf(sinceText, nowMs)
  if (sinceText !== undefined && since === undefined) {
    return misused(
      '--since has to be a time (2026-11-22T08:00:00Z), a date, or an age: 90m, 8h, 7d',
    )
  }
  const limitText = text('limit') ?? String(isSet('last') ? 1 : limitDefault)
  const limit = /^[1-9]\d{0,5}$/.test(limitText) ? Number(limitText) : 0
  if (limit < 1 || limit > limitMax) return misused(`--limit has to be a number up to ${limitMax}`)
  if (isSet('last') && (vm === undefined || isSet('limit'))) {
    return misused('--last is for one --vm, and takes no --limit')
  }
  return {
    kind: 'history',
    query: {
      ...(vm === undefined ? {} : { vm }),
      ...(host === undefined ? {} : { host }),
      ...(askedBy === undefined ? {} : { askedBy }),
      ...(kind === undefined ? {} : { kind }),
      ...(isSet('last') ? { action: 'fence' } : {}),
      ...(since === undefined ? {} : { since }),
      limit,
    },
  }
}

const unitMs: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** Undefined for what is neither a time nor an age. */
const sinceOf = (text: string, nowMs: number): string | undefined => {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  if (count !== undefined) {
    return new Date(nowMs - Number(count) * Number(unitMs[unit])).toISOString()
  }
  if (!/^\d{4}-\d{2}-\d{2}(T[0-9:.]+(Z|[+-]\d{2}:\d{2})?)?$/.test(text)) return undefined
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString()
}
