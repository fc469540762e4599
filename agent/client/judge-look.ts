/**
 * What the response to a look means. Whatever it is, it is no verdict: there is no word for one
 * here.
 */
import { aboutAnother, judgeAnswer, parseBody, saidIn } from './judge-answer.ts'
import type { Asked, Judged, Said } from './judge-answer.ts'

export interface SeenReply extends Said {
  readonly pids: readonly number[]
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
  const body = parseBody(text)
  const kind = kinds.find((one) => one === body?.['seen'])
  if (body === undefined || kind === undefined) return unclear('it does not say what was seen')
  if (body['success'] !== false) return unclear('it claims more than a look can')
  if (aboutAnother(asked, body) !== undefined) {
    return unclear('it is about another VM or another host')
  }
  const pids: readonly unknown[] = Array.isArray(body['pids']) ? body['pids'] : []
  const reply = { ...saidIn(body), pids: pids.filter((pid) => typeof pid === 'number') }
  return { kind, reply }
}

const unclear = (because: string): JudgedLook => ({ kind: 'unclear', because })
