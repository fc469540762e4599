/** A look by the agent that runs here. */
import { budgetMsOf } from '../../client/post-question.ts'
import type { FenceQuestion } from '../../client/post-question.ts'
import { byAgent, phaseOf, withHint } from '../by-agent.ts'
import { lookPeer } from './look-peer.ts'
import type { Terminal } from '../subcommand.ts'
import type { SaidOfLook } from './print-look.ts'

export const statusByAgent = async (
  question: FenceQuestion,
  socket: string,
  isExplained: boolean,
  terminal: Terminal,
): Promise<SaidOfLook> =>
  withHint(
    await byAgent(socket, budgetMsOf(question), phaseOf, terminal, async (peer, requestId) => {
      return await lookPeer(question, peer, { isExplained, requestId })
    }),
    socket,
  )
