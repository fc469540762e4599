/** A fence by the agent that runs here, and how far it is while it runs. */
import { askPeer } from '../../client/ask-peers.ts'
import type { PeerOutcome } from '../../client/ask-peers.ts'
import { budgetMsOf } from '../../client/post-question.ts'
import type { FenceQuestion } from '../../client/post-question.ts'
import { byAgent, phaseOf } from '../by-agent.ts'
import type { Terminal } from '../subcommand.ts'

export const fenceByAgent = async (
  question: FenceQuestion,
  socket: string,
  isExplained: boolean,
  terminal: Terminal,
): Promise<PeerOutcome['outcome']> => {
  return await byAgent(socket, budgetMsOf(question), phaseOf, terminal, async (peer, requestId) => {
    return await askPeer(question, peer, { isExplained, requestId })
  })
}
