/**
 * One agent of the simulated world: everything of the real one but its edges to the world and its
 * HTTP server.
 */
import type { FastifyBaseLogger, FastifyRequest } from 'fastify'
import { AppendFile } from '../../agent/base/file/append-file.ts'
import { createCallbacks } from '../../agent/callback/callbacks.ts'
import type { CallbackDelivery } from '../../agent/callback/callbacks.ts'
import { errorCodes } from '../../agent/contract/reply/error-codes.ts'
import { rejectionReply } from '../../agent/contract/reply/rejection.ts'
import type { Rejection } from '../../agent/contract/reply/rejection.ts'
import { parseCallbackUrl } from '../../agent/contract/request/callback-url.ts'
import { parseFenceCommand } from '../../agent/contract/request/fence-command.ts'
import type { FenceCommand } from '../../agent/contract/request/fence-command.ts'
import { createFenceService } from '../../agent/fence/fence-vm.ts'
import { createLastHeard } from '../../agent/fence/last-heard.ts'
import type { CallbackAsk } from '../../agent/fence/request.ts'
import type { FenceService } from '../../agent/fence/service.ts'
import { answerBody } from '../../agent/http/accept/answer-body.ts'
import { laterAnswers } from '../../agent/http/accept/answer-later.ts'
import { beginnings } from '../../agent/http/accept/capacity.ts'
import { createJournal } from '../../agent/journal/journal.ts'
import { unfinishedOf } from '../../agent/journal/unfinished.ts'
import { asciiJson } from '../../agent/base/text/ascii-json.ts'
import { AgentProcess } from './agent-process.ts'
import { createAttempt } from './attempt.ts'
import type { Host } from './host.ts'
import { createProbe } from './probe.ts'
import { createSuspect } from './suspect.ts'
import type { World } from './world.ts'

/** A question on its way in. */
export interface Inbound {
  readonly body: string
  readonly ask: CallbackAsk | undefined
  readonly reply: (status: number, body: string) => void
}

/** As the configuration has them by default. */
const capacity = { inFlightMax: 256, inFlightPerSuspectMax: 256, inFlightPerCallerMax: 256 }
const retryMs = 300_000

export class SimAgent {
  readonly name: string
  readonly process: AgentProcess
  readonly id: string
  /** When anything came from an address. */
  readonly heardMs = new Map<string, number[]>()
  sessions = 0
  service: FenceService | undefined
  callbacks: CallbackDelivery | undefined
  /** Undefined while it starts. */
  take: ((inbound: Inbound) => void) | undefined
  readonly #nowMs: () => number

  constructor(host: Host, process: AgentProcess, nowMs: () => number) {
    this.name = host.name
    this.process = process
    this.#nowMs = nowMs
    this.id = `00000000-0000-4000-8000-${host.name.replace(/\D/g, '').padStart(12, '0')}`
  }

  readonly hear = (address: string): void => {
    const times = this.heardMs.get(address) ?? []
    times.push(this.#nowMs())
    this.heardMs.set(address, times)
  }
}

export const startAgent = (world: World, host: Host): SimAgent => {
  const { schedule, oracle } = world
  const process = new AgentProcess(schedule, host.machine, () => {
    host.agent = undefined
    world.agentEnded(host, agent)
  })
  const agent = new SimAgent(host, process, () => schedule.nowMs)
  host.agent = agent
  void compose(world, host, agent).catch((error: unknown) => {
    oracle.bug(`${host.name}: ${String(error)}`)
  })
  return agent
}

/** How long a suspect has to be silent, in ms. */
const silenceMs = 5_000

const compose = async (world: World, host: Host, agent: SimAgent): Promise<void> => {
  const { oracle } = world
  const { process, id: agentId } = agent
  const { clock } = process
  await process.pass(20)
  const boot = `boot-${host.boot}`
  const left = await unfinishedOf(host.disk.read().split('\n'), boot)
  const lines = new AppendFile(host.disk.forAgent(process))
  const watch = { nowMs: clock.nowMs, onWrite: () => undefined }
  const journal = createJournal({ lines, boot, left }, clock.wallTime, watch)
  const fences = createFenceService(
    { keepMs: world.plan.keepMs },
    {
      clock,
      journal,
      heard: createLastHeard(clock),
      suspect: createSuspect(world, agent),
      probe: createProbe(world, agent),
      // Behind a router, too: what the operator's word makes count has to be tried.
      silence: { needsMs: silenceMs, routed: 'accept', neverMet: 'accept' },
      acquaintance: { contactBefore: async () => await Promise.resolve({ by: 'never' }) },
      onVerdict: (record) => {
        oracle.judged(agent, record)
      },
    },
  )
  const service: FenceService = {
    ...fences,
    fence: async (request) => {
      oracle.began(agent, request)
      return await fences.fence(request)
    },
  }
  const callbacks = createCallbacks(
    { proofMs: world.plan.proofMs, retryMs, waitingMax: 512 },
    {
      agentId,
      clock,
      journal,
      attempt: createAttempt(world, agent),
      mayReach: () => true,
      onEnd: ({ subject, end, said }) => {
        world.say(() => `${agent.name} delivery of ${subject.fenceId} ended: ${end}, said ${said}`)
      },
      onTrouble: (error, subject, what) => {
        world.say(() => `${agent.name} ${subject.fenceId} ${what}: ${String(error)}`)
      },
    },
    journal.leftAnswers,
  )
  agent.service = service
  agent.callbacks = callbacks
  agent.take = createDoor(world, agent, service, callbacks)
  const interrupted = await journal.closeInterrupted().catch(() => -1)
  const owed = callbacks.resume()
  world.say(() => `${agent.name} agent is up; cut off before: ${interrupted}, owed: ${owed}`)
}

/** What the routes do, without their server. */
const createDoor = (
  world: World,
  agent: SimAgent,
  service: FenceService,
  callbacks: CallbackDelivery,
): ((inbound: Inbound) => void) => {
  const { oracle } = world
  const { process, id: agentId } = agent
  const begin = beginnings(capacity, service)
  const parts = { service, agentId, nowMs: process.clock.nowMs, callbacks, begin }
  const answerLater = laterAnswers([], parts)
  const log = {
    error: (fields: object) => {
      oracle.bug(`${agent.name}: ${JSON.stringify(fields)}`)
    },
  } as unknown as FastifyBaseLogger
  const http = {
    log,
    raw: { socket: { remoteAddress: world.nodeAddress } },
  } as unknown as FastifyRequest
  return ({ body, ask, reply }) => {
    const turnAway = (rejection: Rejection): void => {
      reply(errorCodes[rejection.code].status, asciiJson(rejectionReply(rejection)))
    }
    const arrival = {
      fenceId: world.nextFenceId(),
      requestId: 'r',
      askedBy: world.nodeAddress,
      budgetMsMax: 300_000,
      caller: undefined,
      callback: ask,
    }
    const parsed = parseFenceCommand(JSON.parse(body) as FenceCommand, arrival)
    if (parsed.kind === 'refused') throw new Error('the node asks nonsense')
    const { request } = parsed
    if (ask !== undefined) {
      const destination = parseCallbackUrl(ask.url)
      if (destination === undefined) throw new Error('the node names no url')
      const rejection = answerLater(
        { kind: 'later', ask, destination },
        request,
        http,
        { isUnix: false },
        false,
      )
      if (rejection === undefined) reply(200, '')
      else turnAway(rejection)
      return
    }
    const begun = begin([request])
    if (begun.kind === 'refused') {
      turnAway(begun.refusal)
      return
    }
    void answerBody(log, request, parts)
      .finally(begun.end)
      .then((answer) => {
        if (!process.call()) return
        oracle.answerLeaves(agent, answer.body)
        reply(200, answer.body)
      })
  }
}
