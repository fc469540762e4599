/** One request to the agent, with the truth at the moment of its answer. */
import { randomUUID } from 'node:crypto'
import type { Answer, AtAnswer, FenceSeen, JournalRecord } from './history.ts'
import { readVerdict } from './invariants.ts'
import type { FaultName } from './kinds.ts'
import { lastHeard, nowMs } from './observer.ts'
import type { FencePlan } from './plan.ts'
import { readJournal, relayPort } from './scene.ts'
import type { Scene } from './scene.ts'

export interface Circumstances {
  readonly faults: readonly FaultName[]
  readonly recoverable: boolean
  readonly relayed: boolean
}

/** How long past its budget an answer is waited for. */
const graceMs = 30_000

export const sendFence = async (
  scene: Scene,
  plan: FencePlan,
  { faults, recoverable, relayed }: Circumstances,
): Promise<FenceSeen> => {
  const { agent, suspect, witness, observer } = scene
  const requestId = `r${scene.plan.round}-${randomUUID().slice(0, 8)}`
  const budgetMs = plan.budgetSec * 1000
  observer.watch(plan.vm)
  const command = {
    vmUuid: plan.vm,
    targetHostIp: suspect.address,
    sshTimeoutSec: plan.budgetSec,
    targetHostUsername: plan.user,
    ...(plan.bothAddresses ? { targetHostAddresses: [suspect.address6] } : {}),
    ...(plan.namesHost ? { targetHostUuid: scene.plan.hostUuid } : {}),
    ...(relayed ? { targetHostSshPort: relayPort } : {}),
  }
  const { url, directory } = await agent.now()
  const killsBefore = agent.kills()
  const sentMs = nowMs()
  const answer = await post(url, requestId, command, budgetMs + graceMs)
  const endedMs = nowMs()
  const living = observer.living(plan.vm)
  const counters = observer.counters(plan.vm)
  const journal = readRecords(directory).filter((record) => record.requestId === requestId)
  const isUnreachable = answer !== undefined && readVerdict(answer) === 'targetHostUnreachable'
  const atAnswer: AtAnswer = {
    living,
    counters,
    journal,
    lastHeardMs: isUnreachable ? await lastHeard() : {},
    suspectAddresses: [suspect.address, ...(plan.bothAddresses ? [suspect.address6] : [])],
    witnessAddress: witness.address,
  }
  return {
    vm: plan.vm,
    requestId,
    faults,
    recoverable,
    sentMs,
    endedMs,
    budgetMs,
    lagMs: observer.lagSince(sentMs),
    answer,
    agentKilled: agent.kills() > killsBefore,
    atAnswer,
  }
}

const post = async (
  url: string,
  requestId: string,
  command: object,
  timeoutMs: number,
): Promise<Answer | undefined> => {
  try {
    const response = await fetch(`${url}/ha/fence/vm/from/peer`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-request-id': requestId },
      body: JSON.stringify(command),
      signal: AbortSignal.timeout(timeoutMs),
    })
    const body = (await response.json()) as Record<string, unknown>
    return { status: response.status, body }
  } catch (error) {
    // Whatever it was, the caller has no verdict.
    if (error instanceof Error) return undefined
    throw error
  }
}

/** What the journal of an agent holds on disk right now. */
export const readRecords = (directory: string): readonly JournalRecord[] =>
  readJournal(directory).map((record) => ({
    type: String(record['type']),
    fenceId: String(record['fenceId']),
    requestId: String(record['requestId']),
    verdict: String(record['verdict']),
    reason: String(record['reason']),
  }))
