/** `status` and `list-status`: looks, which kill nothing and prove nothing. There is no word for "off" here. */
import { answerGraceMs, connectMsMax } from '../../client/ask-peers.ts'
import type { FenceQuestion } from '../../client/ask-peers.ts'
import { exchange } from '../../client/exchange.ts'
import { judgeLook } from '../../contract/judged-look.ts'
import { lookPath } from '../../contract/paths.ts'
import { plain, withoutVerdict } from '../tell-answer.ts'
import type { SaidOfLook } from '../tell-look.ts'
import type { Settings } from './settings.ts'

export interface Sighting {
  /** Seen running on one host at least; false is "not known". */
  readonly isOn: boolean
  /** One per host, for a person. */
  readonly lines: readonly string[]
}

export const sightingOf = async (
  questions: readonly FenceQuestion[],
  settings: Settings,
): Promise<Sighting> => {
  const seen = await Promise.all(
    questions.map(async (question) => {
      const said = await firstLook(question, settings)
      return { host: question.targetHostIp, said }
    }),
  )
  return {
    isOn: seen.some(({ said }) => said?.kind === 'runs'),
    lines: seen.map(({ host, said }) => plain(`${host}: ${wordsOf(said)}`)),
  }
}

const defaultBudgetSec = 20

/** The next peer is asked where one could not look; undefined where none could. */
const firstLook = async (
  question: FenceQuestion,
  { peers, credentials }: Settings,
): Promise<SaidOfLook | undefined> => {
  const totalMs = (question.sshTimeoutSec ?? defaultBudgetSec) * 1000 + answerGraceMs
  const request = { method: 'POST', path: lookPath, body: JSON.stringify(question) } as const
  let said: SaidOfLook | undefined
  for (const peer of peers) {
    const limits = { connectMs: connectMsMax, totalMs }
    const exchanged = await exchange(peer, request, credentials, limits)
    said =
      exchanged.kind === 'unanswered'
        ? exchanged
        : judgeLook(question, exchanged.status, exchanged.body)
    if ('reply' in said || said.kind === 'unclear') break
  }
  return said
}

const wordsOf = (said: SaidOfLook | undefined): string => {
  switch (said?.kind) {
    case 'runs':
      return `it runs (pid ${said.reply.pids.join(', ')})`
    case 'not-seen':
      return 'nothing of it was seen at that moment, which is no proof that it is off'
    case 'cannot-tell':
      return `cannot tell: ${said.reply.reason}. ${said.reply.summary} next: ${said.reply.nextStep}`
    case undefined:
      return 'no peer was asked'
    case 'unclear':
    case 'turned-away':
    case 'no-such-path':
    case 'unanswered':
      return String(withoutVerdict(said))
  }
}
