/** One neighbour, asked once about several VMs of one suspect. */
import { createLineCutter } from '../base/text/line-cutter.ts'
import type { exchange } from '../client/exchange.ts'
import { judgeAnswer, parseBody } from '../client/judge-answer.ts'
import type { Judged } from '../client/judge-answer.ts'
import { batchPath, versionPath } from '../contract/api/paths.ts'
import type { SuspectTarget } from '../fence/request.ts'
import type { Neighbour } from './neighbour.ts'

export interface NeighbourBatch {
  /** 32 hexadecimal digits each. */
  readonly vms: readonly string[]
  readonly suspect: SuspectTarget
  readonly requestId: string
  /** What is left of our own contact for the most hurried of them, in ms. */
  readonly leftMs: () => number
  readonly signal: AbortSignal
}

export interface BatchDeps {
  readonly exchange: typeof exchange
  readonly ownAgentId: string
  /** Whether this agent may be asked: false for one that is asked already, or that must not be. */
  readonly mayAsk: (agentId: string) => boolean
  /** Called once it is known who it is, before it is asked. */
  readonly onAsked: (agentId: string) => void
  /** Called as soon as there is an answer about a VM, with the VM that it names. */
  readonly onAnswer: (vm: string, judged: Judged) => void
}

/**
 * What is kept back, in ms, of what is left to our own fence: for the way to the neighbour and
 * back, and so that its fence is over before ours is.
 */
export const passReserveMs = 1_000
const connectMsMax = 2_000
const idShape = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const lineCharactersMax = 262_144

/**
 * Resolves with why there is no answer about those VMs that none was told of, within what is left.
 * Never rejects. Nothing is asked of an agent that could not call a fence off, or that is us.
 */
export const askNeighbour = async (
  { peer, credentials }: Neighbour,
  { vms, suspect, requestId, leftMs, signal }: NeighbourBatch,
  { exchange: exchanging, ownAgentId, mayAsk, onAsked, onAnswer }: BatchDeps,
): Promise<{ readonly because: string; readonly isBegun: boolean }> => {
  const never = (because: string) => ({ because, isBegun: false })
  const limits = () => ({
    connectMs: Math.min(connectMsMax, leftMs()),
    totalMs: Math.max(1, leftMs()),
    signal,
  })
  if (leftMs() < passReserveMs + 1_000) return never('no time was left to ask')
  const told = await exchanging(peer, { method: 'GET', path: versionPath }, credentials, limits())
  if (told.kind === 'unanswered') return never(told.because)
  const agentId = agentOf(told.status, told.body)
  if (agentId === undefined) return never('it is no agent that takes fences which are passed on')
  if (agentId === ownAgentId) return never('it is this very agent')
  if (!mayAsk(agentId)) return never('that agent is asked already, or is that of the suspect')
  const budgetSec = Math.floor((leftMs() - passReserveMs) / 1_000)
  if (budgetSec < 1 || signal.aborted) return never('no time was left to ask')
  onAsked(agentId)
  const [targetHostIp, ...targetHostAddresses] = suspect.addresses
  const { hostUuid, user, port } = suspect
  const body = {
    vmUuids: vms,
    targetHostIp,
    targetHostAddresses,
    targetHostUuid: hostUuid,
    targetHostUsername: user,
    targetHostSshPort: port,
    sshTimeoutSec: budgetSec,
    passedOnBy: ownAgentId,
  }
  const cut = createLineCutter(lineCharactersMax)
  const decoder = new TextDecoder()
  const onChunk = (chunk: Buffer): void => {
    for (const line of cut(decoder.decode(chunk, { stream: true }))) {
      const vm = parseBody(line)?.['vmUuid']
      if (typeof vm !== 'string') continue
      onAnswer(vm, judgeAnswer({ vmUuid: vm, targetHostIp }, 200, line))
    }
  }
  const headers = { accept: 'application/x-ndjson', 'x-request-id': requestId }
  const request = { method: 'POST', path: batchPath, headers, body: JSON.stringify(body), onChunk }
  const ended = await exchanging(peer, { ...request, method: 'POST' }, credentials, limits())
  if (ended.kind === 'unanswered') return { because: ended.because, isBegun: true }
  if (ended.status === 200) return { because: 'its answer is not whole', isBegun: true }
  return never(`turned away with status ${ended.status}: ${codeOf(ended.body)}`)
}

/** Undefined for what is no agent, or is too old to be called off. */
export const agentOf = (status: number, text: string): string | undefined => {
  const { name, agentId, capabilities } = (status === 200 ? parseBody(text) : undefined) ?? {}
  const isAble = Array.isArray(capabilities) && capabilities.includes('passed-on')
  const isNamed = typeof agentId === 'string' && idShape.test(agentId)
  return name === 'peerfence' && isAble && isNamed ? agentId : undefined
}

/** The word of an agent that turned a request away, and of nobody else. */
export const codeOf = (text: string): string => {
  const code = parseBody(text)?.['code']
  return typeof code === 'string' && /^FENCE_[A-Z_]{1,64}$/.test(code) ? code : 'no code'
}
