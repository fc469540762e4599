/**
 * What the response to a look means, and that of lifting a quarantine. Whatever it is, it is no
 * verdict: there is no word for one here.
 */
import { aboutAnother, judgeAnswer, parseBody, saidIn } from './judge-answer.ts'
import type { Asked, Judged, Said } from './judge-answer.ts'

export interface SeenReply extends Said {
  readonly pids: readonly number[]
}

export type Visited<Kind> =
  | { readonly kind: Kind; readonly reply: SeenReply }
  | Extract<Judged, { readonly kind: 'turned-away' | 'no-such-path' | 'unclear' }>

export type JudgedLook = Visited<(typeof sights)[number]>
export type JudgedLift = Visited<(typeof lifts)[number]>

const sights = ['runs', 'not-seen', 'cannot-tell'] as const
const lifts = ['lifted', 'not-set', 'cannot-tell'] as const

/** Never throws, whatever the text. */
export const judgeLook = (asked: Asked, status: number, text: string): JudgedLook =>
  judgeVisit(asked, status, text, { word: 'seen', kinds: sights })

/** Never throws, whatever the text. */
export const judgeLift = (asked: Asked, status: number, text: string): JudgedLift =>
  judgeVisit(asked, status, text, { word: 'quarantine', kinds: lifts })

interface Wanted<Kind> {
  readonly word: 'seen' | 'quarantine'
  readonly kinds: readonly Kind[]
}

const judgeVisit = <Kind extends string>(
  asked: Asked,
  status: number,
  text: string,
  { word, kinds }: Wanted<Kind>,
): Visited<Kind> => {
  if (status !== 200) {
    const judged = judgeAnswer(asked, status, text)
    /* c8 ignore next -- there is no answer with another status */
    return 'answer' in judged ? unclear(`status ${status}`) : judged
  }
  const body = parseBody(text)
  const kind = kinds.find((one) => one === body?.[word])
  if (body === undefined || kind === undefined)
    return unclear(`it does not say what was ${said[word]}`)
  if (body['success'] !== false) return unclear('it claims more than a look can')
  if (aboutAnother(asked, body) !== undefined) {
    return unclear('it is about another VM or another host')
  }
  const pids: readonly unknown[] = Array.isArray(body['pids']) ? body['pids'] : []
  const reply = { ...saidIn(body), pids: pids.filter((pid) => typeof pid === 'number') }
  return { kind, reply }
}

const said = { seen: 'seen', quarantine: 'lifted' } as const

const unclear = (because: string): { readonly kind: 'unclear'; readonly because: string } => ({
  kind: 'unclear',
  because,
})
