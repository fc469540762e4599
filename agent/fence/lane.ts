/**
 * All requests for one suspect over one session, by group commit: whoever comes while a batch connects, or
 * has just begun to run, forms the next batch with all others who do.
 */
import { holdSession } from './held-session.ts'
import type { HeldSession } from './held-session.ts'
import { createTicket } from './lane-ticket.ts'
import type { LaneAsk, Ticket } from './lane-ticket.ts'
import type { Observation } from './observation.ts'
import { openSuspect } from './open-suspect.ts'
import type { Eyes, Opened } from './open-suspect.ts'
import type { SuspectTarget } from './request.ts'

export interface LaneRules {
  /** How long a session without work is kept for newcomers, in ms. */
  readonly keepMs: number
}

export interface LaneCounts {
  readonly queued: number
  readonly runs: number
  readonly sessions: number
}

export interface Lane {
  /** Ends before the ask's budget, or soon after the lane's signal. */
  readonly look: (ask: LaneAsk) => Promise<Observation>
  readonly counts: () => LaneCounts
  readonly close: () => void
}

/** VMs in one run; the program takes twice as many. */
export const batchMax = 500
/** How long newcomers wait for each other once a batch runs, in ms: the quick ones of it are through by then. */
export const gatherMs = 150

/** `onIdle` is called when nothing is left of it: no request, no session. */
export const createLane = (
  target: SuspectTarget,
  { keepMs }: LaneRules,
  eyes: Eyes,
  signal: AbortSignal,
  onIdle: () => void,
): Lane => {
  const { clock } = eyes
  let queue = new Set<Ticket>()
  let held: HeldSession | undefined
  let isOpening = false
  let runs = 0
  let lastRunMs = 0
  // Aborts as soon as anything happens.
  let pause = new AbortController()

  const unlessAnythingHappens = (ms: number, then: () => void): void => {
    const { signal: happened } = pause
    void clock.wait(ms, AbortSignal.any([happened, signal])).then(() => {
      if (!happened.aborted && !signal.aborted) then()
    })
  }

  const drop = (): void => {
    held?.session.close()
    held = undefined
  }

  const pump = (): void => {
    if (isOpening) return
    pause.abort()
    pause = new AbortController()
    if (queue.size === 0) rest()
    else if (held?.session.isFit() !== true) void open()
    else if (held.mayRun() && [...queue].some((ticket) => ticket.isReady())) gather(held)
  }

  const rest = (): void => {
    if (runs > 0) return
    if (held === undefined) onIdle()
    else {
      unlessAnythingHappens(keepMs, () => {
        drop()
        onIdle()
      })
    }
  }

  const gather = (on: HeldSession): void => {
    const waitMs = on.runs() === 0 ? 0 : lastRunMs + gatherMs - clock.nowMs()
    if (waitMs > 0) unlessAnythingHappens(waitMs, pump)
    else void run(on)
  }

  const open = async (): Promise<void> => {
    isOpening = true
    const present = new Set(queue)
    const opened = await openFor([...present]).catch(faultSeen)
    isOpening = false
    if (opened.kind === 'seen') for (const ticket of present) ticket.settle(opened.seen)
    else {
      const one = holdSession(opened.session, opened.trail, present, signal)
      held = one
      void opened.session.ended.then(() => {
        if (held === one) held = undefined
        pump()
      })
    }
    pump()
  }

  const openFor = async (asks: readonly Ticket[]): Promise<Opened> =>
    await openSuspect(eyes, target, {
      budgetMs: Math.max(...asks.map((ticket) => ticket.leftMs())),
      signal,
      caller: asks.find(({ request }) => request.caller !== undefined)?.request.caller,
      isSilenceWanted: asks.some(({ isSilenceWanted }) => isSilenceWanted),
    })

  const run = async (on: HeldSession): Promise<void> => {
    const batch = takeBatch([...queue])
    for (const ticket of batch) queue.delete(ticket)
    lastRunMs = clock.nowMs()
    runs += 1
    const running = on.run(batch)
    // Whoever is left forms the next batch.
    pump()
    const again = await running
    runs -= 1
    queue = new Set([...again, ...queue])
    pump()
  }

  return {
    look: async (ask) => {
      const ticket = createTicket(ask, clock, signal, (settled) => queue.delete(settled))
      queue.add(ticket)
      void ask.mayBegin.then(pump)
      pump()
      return await ticket.settled
    },
    counts: () => ({ queued: queue.size, runs, sessions: held === undefined ? 0 : 1 }),
    close: () => {
      pause.abort()
      drop()
    },
  }
}

/**
 * Those for whom a command may be sent, each VM once; who asks about the same VM in another request waits for
 * the next batch.
 */
const takeBatch = (queue: readonly Ticket[]): readonly Ticket[] => {
  const ready = queue.filter((ticket) => ticket.isReady())
  const byVm = new Map(ready.toReversed().map((ticket) => [ticket.request.vm, ticket]))
  return [...byVm.values()].toReversed().slice(0, batchMax)
}

/** A bug: neither the suspect nor the probes reject. */
const faultSeen = (error: unknown): Opened => {
  const detail = `a fault in the agent itself (${error instanceof Error ? error.name : 'thrown'})`
  const evidence = { kind: 'own-trouble', because: 'internal-error' } as const
  return { kind: 'seen', seen: { evidence, trail: { address: '', phases: [], detail } } }
}
