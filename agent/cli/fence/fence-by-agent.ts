/** A fence by the agent that runs here, and how far it is while it runs. */
import { askPeer } from '../../client/ask-peers.ts'
import type { PeerOutcome } from '../../client/ask-peers.ts'
import { budgetMsOf } from '../../client/post-question.ts'
import type { FenceQuestion } from '../../client/post-question.ts'
import { byAgent, phaseOf, withHint } from '../by-agent.ts'
import type { Terminal } from '../subcommand.ts'

export const fenceByAgent = async (
  question: FenceQuestion,
  socket: string,
  isExplained: boolean,
  terminal: Terminal,
): Promise<PeerOutcome['outcome']> => {
  const goesOn = `the fence goes on in the agent, and nothing is known of it yet: the VM must not be started elsewhere.
What came of it: peerfence history --vm ${question.vmUuid} --last
`
  const forget = terminal.onInterrupt(goesOn)
  const budgetMs = budgetMsOf(question)
  const outcome = await byAgent(socket, budgetMs, phaseOf, terminal, async (peer, requestId) => {
    return await askPeer(question, peer, { isExplained, requestId })
  })
  forget()
  return withHint(outcome, socket)
}
