/**
 * `status` and `list-status`: looks, which kill nothing and prove nothing. There is no word for
 * "off" here.
 */
import type { FenceQuestion } from '../../client/post-question.ts'
import { lookPeer } from '../status/look-peer.ts'
import { plain, withoutVerdict } from '../print-answer.ts'
import type { SaidOfLook } from '../status/print-look.ts'
import type { FenceAgentConfig } from './settings.ts'

export interface Sighting {
  /** Seen running on one host at least; false is "not known". */
  readonly isOn: boolean
  /** One per host, for a person. */
  readonly lines: readonly string[]
}

export const sightingOf = async (
  questions: readonly FenceQuestion[],
  settings: FenceAgentConfig,
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

/** The next peer is asked where one could not look; undefined where none could. */
const firstLook = async (
  question: FenceQuestion,
  { peers, credentials }: FenceAgentConfig,
): Promise<SaidOfLook | undefined> => {
  let said: SaidOfLook | undefined
  for (const peer of peers) {
    said = await lookPeer(question, peer, { credentials })
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
