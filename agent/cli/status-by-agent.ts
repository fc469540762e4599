/** A look by the agent that runs here. */
import { budgetMsOf } from '../client/post-question.ts'
import type { FenceQuestion } from '../client/post-question.ts'
import { byAgent, phaseOf } from './by-agent.ts'
import { lookPeer } from './look-peer.ts'
import type { Edge } from './subcommand.ts'
import type { SaidOfLook } from './tell-look.ts'

export const statusByAgent = async (
  question: FenceQuestion,
  socket: string,
  isExplained: boolean,
  edge: Edge,
): Promise<SaidOfLook> =>
  await byAgent(socket, budgetMsOf(question), phaseOf, edge, async (peer, requestId) => {
    return await lookPeer(question, peer, { isExplained, requestId })
  })
