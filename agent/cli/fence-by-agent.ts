/** A fence by the agent that runs here, and how far it is while it runs. */
import { askPeer } from '../client/ask-peers.ts'
import type { FenceQuestion, Heard } from '../client/ask-peers.ts'
import { exchange } from '../client/exchange.ts'
import type { Peer } from '../client/peer.ts'
import type { InFlightReply } from '../contract/in-flight-reply.ts'
import { inFlightPath } from '../contract/paths.ts'
import { newId } from '../http/correlation.ts'
import { realClock } from '../real-clock.ts'
import { withProgress } from './progress.ts'
import type { Edge } from './subcommand.ts'

/** Between two looks at how far it is: an agent counts what it is asked. */
const everyMs = 500
const lookLimits = { connectMs: 1_000, totalMs: 2_000 }
const defaultBudgetSec = 20

export const fenceByAgent = async (
  question: FenceQuestion,
  socket: string,
  isExplained: boolean,
  edge: Edge,
): Promise<Heard['said']> => {
  const clock = realClock
  const peer: Peer = { name: socket, domain: undefined, at: { kind: 'unix', path: socket } }
  const requestId = newId()
  const done = new AbortController()
  let phase = ''
  const follow = async (): Promise<void> => {
    const isOver = (): boolean => done.signal.aborted
    while (!isOver()) {
      await clock.wait(everyMs, done.signal)
      if (!isOver()) phase = (await phaseOf(peer, requestId)) ?? phase
    }
  }
  const words = (): string => (phase === '' ? 'asked the agent' : `the agent is at: ${phase}`)
  const totalMs = (question.sshTimeoutSec ?? defaultBudgetSec) * 1000
  const followed = edge.isErrTerminal ? follow() : Promise.resolve()
  const said = await withProgress(totalMs, words, { clock, edge }, async () => {
    return await askPeer(question, peer, { isExplained, requestId })
  })
  done.abort()
  await followed
  return said
}

/** Undefined where it cannot be told: nothing depends on it. */
const phaseOf = async (peer: Peer, requestId: string): Promise<string | undefined> => {
  const request = { method: 'GET', path: inFlightPath } as const
  const exchanged = await exchange(peer, request, {}, lookLimits)
  if (exchanged.kind === 'unanswered' || exchanged.status !== 200) return undefined
  try {
    const { fences } = JSON.parse(exchanged.body) as InFlightReply
    return fences.find((one) => one.requestId === requestId)?.phase
  } catch {
    // Not the list that it should be: an agent of another version.
    return undefined
  }
}
