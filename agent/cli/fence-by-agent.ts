/** A fence by the agent that runs here, and how far it is while it runs. */
import { askPeer } from '../client/ask-peers.ts'
import type { FenceQuestion, Heard } from '../client/ask-peers.ts'
import { byAgent, phaseOf } from './by-agent.ts'
import type { Edge } from './subcommand.ts'

export const defaultBudgetSec = 20

export const fenceByAgent = async (
  question: FenceQuestion,
  socket: string,
  isExplained: boolean,
  edge: Edge,
): Promise<Heard['said']> => {
  const totalMs = (question.sshTimeoutSec ?? defaultBudgetSec) * 1000
  return await byAgent(socket, totalMs, phaseOf, edge, async (peer, requestId) => {
    return await askPeer(question, peer, { isExplained, requestId })
  })
}
