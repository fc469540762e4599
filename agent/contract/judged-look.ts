/** What the response to a look means. Whatever it is, it is no verdict: there is no word for one here. */
import { judgeAnswer } from './judged-answer.ts'
import type { Asked, Judged } from './judged-answer.ts'

export interface SeenReply {
  readonly pids: readonly number[]
  readonly reason: string
  readonly summary: string
  readonly nextStep: string
  readonly explanation: readonly string[]
  readonly durationMs: number
  /** The whole body. */
  readonly body: Readonly<Record<string, unknown>>
}

export type JudgedLook =
  | { readonly kind: (typeof kinds)[number]; readonly reply: SeenReply }
  | Extract<Judged, { readonly kind: 'turned-away' | 'no-such-path' | 'unclear' }>

const kinds = ['runs', 'not-seen', 'cannot-tell'] as const

/** Never throws, whatever the text. */
export const judgeLook = (asked: Asked, status: number, text: string): JudgedLook => {
  if (status !== 200) {
    const judged = judgeAnswer(asked, status, text)
    /* c8 ignore next -- there is no answer with another status */
    return 'answer' in judged ? unclear(`status ${status}`) : judged
  }
  const body = parse(text)
  const kind = kinds.find((one) => one === body['seen'])
  if (kind === undefined) return unclear('it does not say what was seen')
  if (body['success'] !== false) return unclear('it claims more than a look can')
  const isAsked =
    body['vmUuid'] === asked.vmUuid.replaceAll('-', '').toLowerCase() &&
    body['targetHostIp'] === asked.targetHostIp.toLowerCase()
  if (!isAsked) return unclear('it is about another VM or another host')
  const { pids, explanation, durationMs } = body
  const reply = {
    pids: listOf(pids).filter((pid) => typeof pid === 'number'),
    reason: textOf(body['reason']),
    summary: textOf(body['summary']),
    nextStep: textOf(body['nextStep']),
    explanation: listOf(explanation).map(textOf),
    durationMs: typeof durationMs === 'number' ? durationMs : 0,
    body,
  }
  return { kind, reply }
}

const unclear = (because: string): JudgedLook => ({ kind: 'unclear', because })
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** What is no object has no property, and says nothing. */
const parse = (text: string): Readonly<Record<string, unknown>> => {
  try {
    return { ...(JSON.parse(text) as object) }
  } catch {
    // A syntax error: whatever answered is no agent, or was cut off.
    return {}
  }
}
