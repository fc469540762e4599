/** A look by the agent that runs here. */
import { answerGraceMs, connectMsMax } from '../client/ask-peers.ts'
import type { FenceQuestion } from '../client/ask-peers.ts'
import { exchange } from '../client/exchange.ts'
import { judgeLook } from '../contract/judged-look.ts'
import { lookPath } from '../contract/paths.ts'
import { byAgent, phaseOf } from './by-agent.ts'
import { defaultBudgetSec } from './fence-by-agent.ts'
import type { Edge } from './subcommand.ts'
import type { SaidOfLook } from './tell-look.ts'

export const statusByAgent = async (
  question: FenceQuestion,
  socket: string,
  isExplained: boolean,
  edge: Edge,
): Promise<SaidOfLook> => {
  const budgetMs = (question.sshTimeoutSec ?? defaultBudgetSec) * 1000
  const limits = { connectMs: connectMsMax, totalMs: budgetMs + answerGraceMs }
  return await byAgent(socket, budgetMs, phaseOf, edge, async (peer, requestId) => {
    const request = {
      method: 'POST',
      path: `${lookPath}${isExplained ? '?explain=1' : ''}`,
      headers: { 'x-request-id': requestId },
      body: JSON.stringify(question),
    } as const
    const exchanged = await exchange(peer, request, {}, limits)
    if (exchanged.kind === 'unanswered') return exchanged
    return judgeLook(question, exchanged.status, exchanged.body)
  })
}
