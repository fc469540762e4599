/** A look by one peer. */
import { postQuestion } from '../../client/post-question.ts'
import type { FenceQuestion, PostConfig } from '../../client/post-question.ts'
import type { Peer } from '../../client/peer.ts'
import { judgeLook } from '../../client/judge-look.ts'
import { lookPath } from '../../contract/api/paths.ts'
import type { SaidOfLook } from './print-look.ts'

/** Never rejects. */
export const lookPeer = async (
  question: FenceQuestion,
  peer: Peer,
  options: PostConfig,
): Promise<SaidOfLook> => {
  const exchanged = await postQuestion(lookPath, question, peer, options)
  if (exchanged.kind === 'unanswered') return exchanged
  return judgeLook(question, exchanged.status, exchanged.body)
}
