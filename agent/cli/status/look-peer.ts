/** What one peer says of a visit that bears no verdict: a look, or another. */
import { postQuestion } from '../../client/post-question.ts'
import type { FenceQuestion, PostConfig } from '../../client/post-question.ts'
import type { PeerOutcome } from '../../client/ask-peers.ts'
import type { Peer } from '../../client/peer.ts'
import { judgeLook } from '../../client/judge-look.ts'
import { lookPath } from '../../contract/api/paths.ts'

type Unanswered = Extract<PeerOutcome['outcome'], { readonly kind: 'unanswered' }>

export type VisitPeer<Judged> = (
  question: FenceQuestion,
  peer: Peer,
  options: PostConfig,
) => Promise<Judged | Unanswered>

/** Never rejects, as far as `judge` does not throw. */
export const visitPeer =
  <Judged>(
    path: string,
    judge: (question: FenceQuestion, status: number, text: string) => Judged,
  ): VisitPeer<Judged> =>
  async (question, peer, options) => {
    const exchanged = await postQuestion(path, question, peer, options)
    if (exchanged.kind === 'unanswered') return exchanged
    return judge(question, exchanged.status, exchanged.body)
  }

export const lookPeer = visitPeer(lookPath, judgeLook)
