/**
 * Runs a request through the local agent and shows its progress.
 */
import { exchange, wordsOfCode } from '../client/exchange.ts'
import type { Peer } from '../client/peer.ts'
import type { InFlightReply } from '../contract/reply/in-flight-reply.ts'
import { inFlightPath } from '../contract/api/paths.ts'
import { newId } from '../http/admit/correlation.ts'
import { realClock } from '../base/time/real-clock.ts'
import { withProgress } from './progress.ts'
import type { Terminal } from './subcommand.ts'

/** Between two looks at how far it is: an agent counts what it is asked. */
const everyMs = 500
const progressLimits = { connectMs: 1_000, totalMs: 2_000 }

export const agentAt = (socket: string): Peer => ({
  name: socket,
  domain: undefined,
  at: { kind: 'unix', path: socket },
})

const hints: Readonly<Record<string, string>> = {
  [wordsOfCode.ENOENT]: 'systemctl start peerfence starts the agent',
  [wordsOfCode.ECONNREFUSED]: 'systemctl start peerfence starts the agent',
  [wordsOfCode.EACCES]: 'it is for the group peerfence: usermod -aG peerfence NAME, or sudo',
}

/** Says where an agent was looked for, and what to do where it did not answer. */
export const withHint = <T extends { readonly kind: string }>(said: T, socket: string): T => {
  if (said.kind !== 'unanswered') return said
  const because = String(Reflect.get(said, 'because'))
  const hint = hints[because]
  return { ...said, because: `${socket}: ${because}${hint === undefined ? '' : `; ${hint}`}` }
}

/** How far it is, in words; undefined where that cannot be told: nothing depends on it. */
export type HowFar = (peer: Peer, requestId: string) => Promise<string | undefined>

export const byAgent = async <T>(
  socket: string,
  totalMs: number,
  howFar: HowFar,
  terminal: Terminal,
  ask: (peer: Peer, requestId: string) => Promise<T>,
): Promise<T> => {
  const clock = realClock
  const peer = agentAt(socket)
  const requestId = newId()
  const done = new AbortController()
  let words = 'asked the agent'
  const follow = async (): Promise<void> => {
    const isOver = (): boolean => done.signal.aborted
    while (!isOver()) {
      await clock.wait(everyMs, done.signal)
      if (!isOver()) words = (await howFar(peer, requestId)) ?? words
    }
  }
  const followed = terminal.isErrTerminal ? follow() : Promise.resolve()
  const parts = { clock, terminal }
  const said = await withProgress(
    totalMs,
    () => words,
    parts,
    () => ask(peer, requestId),
  )
  done.abort()
  await followed
  return said
}

/** Reads a state of the agent: what is not what it should be tells nothing. */
export const askState =
  <T>(path: string, read: (state: T, requestId: string) => string | undefined): HowFar =>
  async (peer, requestId) => {
    const exchanged = await exchange(peer, { method: 'GET', path }, {}, progressLimits)
    if (exchanged.kind === 'unanswered' || exchanged.status !== 200) return undefined
    try {
      return read(JSON.parse(exchanged.body) as T, requestId)
    } catch {
      // Not the state that it should be: an agent of another version.
      return undefined
    }
  }

/** Of a fence or a look. */
export const phaseOf: HowFar = askState<InFlightReply>(inFlightPath, ({ fences }, requestId) => {
  const phase = fences.find((one) => one.requestId === requestId)?.phase
  return phase === undefined ? undefined : `the agent is at: ${phase}`
})
