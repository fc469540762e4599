/** A look by the agent that runs here, or another visit that bears no verdict. */
import { budgetMsOf } from '../../client/post-question.ts'
import type { FenceQuestion } from '../../client/post-question.ts'
import { byAgent, phaseOf, withHint } from '../by-agent.ts'
import { lookPeer } from './look-peer.ts'
import type { VisitPeer } from './look-peer.ts'
import type { Terminal } from '../subcommand.ts'

export const visitByAgent =
  <Judged extends { readonly kind: string }>(visitPeer: VisitPeer<Judged>) =>
  async (question: FenceQuestion, socket: string, isExplained: boolean, terminal: Terminal) =>
    withHint(
      await byAgent(socket, budgetMsOf(question), phaseOf, terminal, async (peer, requestId) => {
        return await visitPeer(question, peer, { isExplained, requestId })
      }),
      socket,
    )

export const statusByAgent = visitByAgent(lookPeer)
