/** A look by one peer. */
import { postQuestion } from '../client/post-question.ts'
import type { FenceQuestion, PostOptions } from '../client/post-question.ts'
import type { Peer } from '../client/peer.ts'
import { judgeLook } from '../contract/judged-look.ts'
import { lookPath } from '../contract/paths.ts'
import type { SaidOfLook } from './tell-look.ts'

/** Never rejects. */
export const lookPeer = async (
  question: FenceQuestion,
  peer: Peer,
  options: PostOptions,
): Promise<SaidOfLook> => {
  const exchanged = await postQuestion(lookPath, question, peer, options)
  if (exchanged.kind === 'unanswered') return exchanged
  return judgeLook(question, exchanged.status, exchanged.body)
}
