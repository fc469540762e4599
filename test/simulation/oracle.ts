/**
 * What has to hold, asked at the moment when it could break; the truth is the storage's, never an
 * agent's.
 */
import type { VmReport } from '../../agent/domain/evidence.ts'
import { verdictWords } from '../../agent/domain/verdict-word.ts'
import type { FenceRecord } from '../../agent/fence/record.ts'
import type { FenceRequest } from '../../agent/fence/request.ts'
import type { AgentProcess } from './agent-process.ts'
import type { SimAgent } from './agent.ts'
import { createCounts } from './counts.ts'
import type { Host } from './host.ts'
import type { Asked } from './program.ts'
import { createWriters } from './writers.ts'
import type { World } from './world.ts'

export interface Violation {
  readonly law: string
  readonly atMs: number
  readonly words: string
}

interface Fence {
  readonly id: string
  readonly process: AgentProcess
  /** Where the agent runs. */
  readonly peer: Host
  readonly host: Host
  readonly vm: string
  readonly request: FenceRequest
  readonly startMs: number
  readonly skewMs: number
  isIntended: boolean
  /** As it is on disk. */
  outcome: string | undefined
  record: FenceRecord | undefined
  judgedMs: number
  isHeardOf: boolean
  /** A refusal left for it, by this agent or the one before. */
  isRefused: boolean
}

/** What the wires and roundings may add to an age or a budget, in ms. */
const slackMs = 5

export type Oracle = ReturnType<typeof createOracle>

export const createOracle = (world: World) => {
  const fences = new Map<string, Fence>()
  /** The last one of each. */
  const byTask = new Map<string, Fence>()
  const scans = new WeakMap<VmReport, number>()
  const violations: Violation[] = []
  const counts = createCounts()
  const violated = (law: string, words: string): void => {
    const atMs = world.schedule.nowMs
    world.say(() => `VIOLATED ${law}: ${words}`)
    violations.push({ law, atMs, words })
  }
  const writers = createWriters(world, violated, counts)

  const isHeld = (agent: SimAgent, { startMs }: Fence): boolean =>
    world.host(agent.name).machine.heldUntilMs >= startMs

  const judgeDead = (fence: Fence, record: FenceRecord): void => {
    const { evidence } = record
    if (evidence.kind !== 'report') return
    const scannedMs = scans.get(evidence.report) ?? Number.NEGATIVE_INFINITY
    writers.proven(fence.id, Math.max(scannedMs, fence.startMs))
    for (const one of world.storage.living(fence.vm, fence.host.name)) {
      // A scan shows what is there already; what comes at its moment and is not seen came after it.
      if (one.bornMs <= fence.startMs || one.bornMs < scannedMs) {
        violated(
          'dead-but-living',
          `${fence.id} calls ${fence.vm} on ${fence.host.name} dead; number ${one.number} lives (${one.why}, from ${one.bornMs}; asked ${fence.startMs}, scanned ${scannedMs})`,
        )
      }
    }
  }

  const judgeSilence = (agent: SimAgent, fence: Fence, { durationMs }: FenceRecord): void => {
    const { startMs, host } = fence
    const heard = agent.heardMs.get(host.address) ?? []
    const at = heard.find((ms) => ms >= startMs && ms < startMs + durationMs - 1)
    if (at !== undefined)
      violated('silent-but-heard', `${fence.id}: ${host.name} was heard at ${at}`)
    if (world.undisturbedSinceMs() <= startMs) {
      violated('silent-without-cause', `${fence.id}: nothing was wrong with ${host.name}`)
    }
    counts.add('silence')
    if (world.storage.living(fence.vm, host.name).length > 0) counts.add('silence while it lived')
  }

  return {
    violations,
    counts,
    started: writers.started,
    held: writers.held,
    proceeds: writers.proceeds,
    bug: (words: string): void => {
      violated('bug', words)
    },
    violated,
    scanned: (report: VmReport, ms: number): void => {
      scans.set(report, ms)
    },

    began: (agent: SimAgent, request: FenceRequest): void => {
      const { fenceId: id, budgetMs, suspect } = request
      const startMs = world.schedule.nowMs
      const host = world.hostAt(suspect.addresses[0])
      const vm = world.vmNamed(request.vm)
      const peer = world.host(agent.name)
      const skewMs = peer.machine.wallSkewMs
      const state = {
        isIntended: false,
        outcome: undefined,
        record: undefined,
      }
      const fate = { judgedMs: 0, isHeardOf: false, isRefused: false }
      const fence: Fence = {
        id,
        process: agent.process,
        peer,
        host,
        vm,
        request,
        startMs,
        skewMs,
        ...state,
        ...fate,
      }
      const task = request.callback?.task
      const before = task === undefined ? undefined : byTask.get(task)
      if (before?.isHeardOf === true) counts.add('a task came again after its answer')
      else if (before?.isIntended === true)
        violated('task-twice', `${task} is fenced by ${before.id} and ${id}`)
      if (task !== undefined) byTask.set(task, fence)
      fences.set(id, fence)
      counts.add('fences')
      world.say(() => `${agent.name} ${id} begins: ${vm} on ${host.name}`)
      world.schedule.after(budgetMs + slackMs, () => {
        const { process, record } = fence
        if (record !== undefined || !process.isAlive || isHeld(agent, fence)) return
        violated('late', `${id} has no verdict within ${budgetMs} ms`)
      })
    },

    judged: (agent: SimAgent, record: FenceRecord): void => {
      const { verdict, request } = record
      const fence = fences.get(request.fenceId)
      if (fence === undefined || fence.record !== undefined) {
        violated('two-verdicts', request.fenceId)
        return
      }
      fence.record = record
      fence.judgedMs = world.schedule.nowMs
      counts.add(`${verdict.kind}: ${verdict.because}`)
      world.say(
        () =>
          `${agent.name} ${fence.id} ${fence.vm} on ${fence.host.name}: ${verdict.kind}, ${verdict.because}`,
      )
      if (verdict.because === 'internal-error')
        violated('bug', `${fence.id}: ${record.trail.detail}`)
      if (verdict.kind === 'confirmed-dead') judgeDead(fence, record)
      if (verdict.kind === 'unreachable') judgeSilence(agent, fence, record)
    },

    commandSent: (agent: SimAgent, asked: readonly Asked[]): void => {
      for (const { name } of asked) {
        const isIntended = [...fences.values()].some(
          (one) =>
            one.vm === name &&
            one.process === agent.process &&
            one.record === undefined &&
            one.isIntended,
        )
        if (!isIntended) violated('no-intent', `${agent.name} sends a command about ${name}`)
      }
    },

    /** One whole line that no crash takes away any more. */
    durable: (line: string): void => {
      const [, type = '', id = ''] = recordShape.exec(line) ?? []
      const fence = fences.get(id)
      if (fence === undefined) return
      if (type === 'intent') fence.isIntended = true
      if (type === 'outcome') [, fence.outcome = ''] = verdictShape.exec(line) ?? []
    },

    /** Out of an agent, by whichever way. */
    answerLeaves: (agent: SimAgent, body: string, task?: string): void => {
      const { isProof, fenceId, reason } = provenOf(body)
      const fence = fences.get(fenceId)
      if (fence === undefined) {
        violated('answer-to-nothing', fenceId)
        return
      }
      world.say(() => `${agent.name} ${fenceId} answers ${isProof ? 'with a proof' : reason}`)
      if (!isProof) {
        fence.isRefused = true
        return
      }
      const { record, outcome } = fence
      if (record === undefined || record.verdict.kind === 'still-alive') {
        violated('proof-of-nothing', fenceId)
        return
      }
      if (outcome !== verdictWords[record.verdict.kind])
        violated('no-outcome', `${fenceId} answers before its verdict is on disk`)
      if (fence.isRefused) violated('proof-after-refusal', fenceId)
      if (task === undefined) return
      const ageMs = world.schedule.nowMs - fence.judgedMs
      if (ageMs <= world.plan.proofMs + slackMs) return
      // Across its end an agent has nothing but its wall clock, and somebody has set it back.
      const isSetBack = world.host(agent.name).machine.wallSkewMs < fence.skewMs
      if (agent.process !== fence.process && isSetBack) counts.add('old proof by a clock set back')
      else violated('old-proof', `${fenceId} is ${ageMs} ms old`)
    },

    taken: (_task: string, body: string, isWaitedFor: boolean): void => {
      const fence = fences.get(provenOf(body).fenceId)
      if (fence !== undefined) fence.isHeardOf = true
      if (!isWaitedFor) counts.add('answers to a task given up')
    },

    /** At the end of the world: everybody has been answered. */
    owed: (): void => {
      for (const { id, request, isIntended, isHeardOf, peer, skewMs } of fences.values()) {
        if (request.callback === undefined || !isIntended || isHeardOf) continue
        // For its next start the answer is as old as its clock says.
        if (peer.machine.wallSkewMs > skewMs + 300_000) {
          counts.add('written off by a clock set forward')
        } else {
          violated('unanswered', `${id}: its task never heard of it`)
        }
      }
    },
  }
}

interface Said {
  readonly isProof: boolean
  readonly fenceId: string
  readonly reason: string
}

/** Parsing whole bodies takes longer than making them. */
const provenOf = (body: string): Said => {
  const [, success = '', reason = '', fenceId = ''] = bodyShape.exec(body) ?? []
  return { isProof: success === 'true', fenceId, reason }
}

const bodyShape = /^\{"success":(true|false),.*?"reason":"([^"]*)",.*?"fenceId":"([^"]*)"/
const recordShape = /^\{"type":"(\w+)","at":"[^"]*","fenceId":"([^"]*)"/
const verdictShape = /"verdict":"([^"]*)"/
