/** The history out of the mouth of the agent, for whoever may ask it and not read its journal. */
import { exchange } from '../../client/exchange.ts'
import { historyPath } from '../../contract/api/paths.ts'
import type { HistoryEntry, HistoryReply } from '../../contract/reply/history-reply.ts'
import { historyMax } from '../../contract/request/history-query.ts'
import { parseVerdict } from '../../domain/verdict-word.ts'
import type { HistoryQuery } from '../../fence/history.ts'
import { agentAt, withHint } from '../by-agent.ts'

export type HistoryOfAgent =
  | {
      readonly kind: 'told'
      readonly entries: readonly HistoryEntry[]
      readonly garbled: number
    }
  | { readonly kind: 'unanswered'; readonly because: string }

const limits = { connectMs: 1_000, totalMs: 10_000 }
/** An agent that never ends would else be asked for ever. */
const pagesMax = 1_000

/** Page by page, until there are as many as were asked for. */
export const historyByAgent = async (
  socket: string,
  query: HistoryQuery,
): Promise<HistoryOfAgent> => {
  const entries: HistoryEntry[] = []
  let [before, garbled] = ['', 0]
  for (let page = 0; page < pagesMax; page += 1) {
    const path = `${historyPath}?${searchOf(query, before)}`
    const got = await exchange(agentAt(socket), { method: 'GET', path }, {}, limits)
    if (got.kind === 'unanswered') return withHint(got, socket)
    const reply = got.status === 200 ? replyOf(got.body) : undefined
    if (reply === undefined) {
      return { kind: 'unanswered', because: `${socket}: answers ${got.status}, and no history` }
    }
    entries.push(...reply.fences.filter((one) => isWanted(one, query)))
    garbled += reply.garbledLines
    before = reply.next ?? ''
    if (before === '' || entries.length >= query.limit) break
  }
  return { kind: 'told', entries: entries.slice(0, query.limit), garbled }
}

const searchOf = ({ vm, host, since, limit }: HistoryQuery, before: string): string =>
  new URLSearchParams(
    Object.entries({ vm, host, since, limit: String(Math.min(limit, historyMax)), before }).filter(
      (pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== '',
    ),
  ).toString()

/** What the agent's own filters do not know. */
const isWanted = (entry: HistoryEntry, { askedBy, kind, action }: HistoryQuery): boolean =>
  (action === undefined || entry.action === action) &&
  (askedBy === undefined || entry.askedBy === askedBy) &&
  (kind === undefined || parseVerdict(entry.verdict, entry.reason)?.kind === kind)

/** Undefined for what is no history. */
const replyOf = (body: string): HistoryReply | undefined => {
  try {
    const reply = JSON.parse(body) as HistoryReply
    return Array.isArray(reply.fences) ? reply : undefined
  } catch {
    return undefined
  }
}
