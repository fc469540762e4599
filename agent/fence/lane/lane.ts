/**
 * All requests for one suspect over one session, by group commit: whoever comes while a batch
 * connects, or has just begun to run, forms the next batch with all others who do.
 */
import type { HeldSession } from './batch-run.ts'
import { createSessionPool, hasName } from './session-pool.ts'
import { createTicket } from './ticket.ts'
import type { LaneAsk, Ticket } from './ticket.ts'
import type { Observation } from '../observation.ts'
import type { ContactDeps } from '../open-suspect.ts'
import type { SuspectTarget } from '../request.ts'

export interface LaneConfig {
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
  readonly contact: (ask: LaneAsk) => Promise<Observation>
  readonly counts: () => LaneCounts
  readonly close: () => void
}

/** VMs in one run; the program takes twice as many. */
export const batchMax = 500
/**
 * How long newcomers wait for each other once a batch runs, in ms: the quick ones of it are through
 * by then.
 */
export const gatherMs = 150

/**
 * How long a session may grant no further run, in ms, before there is another one for those who
 * wait.
 */
export const fullMs = 300

/** `onIdle` is called when nothing is left of it: no request, no session. */
export const createLane = (
  target: SuspectTarget,
  rules: LaneConfig,
  deps: ContactDeps,
  signal: AbortSignal,
  onIdle: () => void,
): Lane => {
  const { clock } = deps
  const queue = new Set<Ticket>()
  let runs = 0
  let lastRunMs = 0
  const sentMs = new WeakMap<Ticket, number>()
  // Aborts as soon as anything happens.
  let pause = new AbortController()
  // Where a name leads may change any moment.
  const keepMs = hasName(target) ? 0 : rules.keepMs

  const unlessAnythingHappens = (ms: number, then: () => void): void => {
    const { signal: happened } = pause
    void clock.wait(ms, AbortSignal.any([happened, signal])).then(() => {
      if (!happened.aborted && !signal.aborted) then()
    })
  }

  const pump = (): void => {
    pause.abort()
    pause = new AbortController()
    const on = sessions.current()
    if (queue.size === 0) rest()
    else if (on === undefined) connect()
    else if (![...queue].some((ticket) => ticket.isReady())) return
    else if (on.mayRun()) gather(on)
    else relieve()
  }
  const sessions = createSessionPool(target, deps, signal, pump)

  const rest = (): void => {
    if (runs > 0 || sessions.isOpening()) return
    if (sessions.current() === undefined) onIdle()
    else {
      unlessAnythingHappens(keepMs, () => {
        sessions.drop()
        onIdle()
      })
    }
  }

  const connect = (): void => {
    const waitMs = sessions.connect(queue)
    if (waitMs !== undefined) unlessAnythingHappens(waitMs, pump)
  }

  const gather = (on: HeldSession): void => {
    const waitMs = on.runs() === 0 ? 0 : lastRunMs + gatherMs - clock.nowMs()
    if (waitMs > 0) unlessAnythingHappens(waitMs, pump)
    else void run(on)
  }

  /** VMs that cannot be proven yet hold every channel. */
  const relieve = (): void => {
    const waitMs = lastRunMs + fullMs - clock.nowMs()
    if (waitMs > 0) unlessAnythingHappens(waitMs, pump)
    else if (sessions.giveUp()) connect()
  }

  const run = async (on: HeldSession): Promise<void> => {
    const batch = takeBatch([...queue])
    lastRunMs = clock.nowMs()
    for (const ticket of batch) {
      queue.delete(ticket)
      sentMs.set(ticket, lastRunMs)
      ticket.onSent?.()
    }
    runs += 1
    const running = on.run(batch)
    // Whoever is left forms the next batch.
    pump()
    for (const ticket of await running) queue.add(ticket)
    runs -= 1
    sessions.afterRun(on)
    pump()
  }

  return {
    contact: async (ask) => {
      const ticket = createTicket(ask, clock, signal, (settled) => queue.delete(settled))
      queue.add(ticket)
      void ask.mayBegin.then(pump)
      pump()
      return { ...(await ticket.settled), sentMs: sentMs.get(ticket) }
    },
    counts: () => ({ queued: queue.size, runs, sessions: sessions.count() }),
    close: () => {
      pause.abort()
      sessions.drop()
    },
  }
}

/**
 * Those for whom a command may be sent, each VM once; who asks about the same VM in another request
 * waits for the next batch.
 */
const takeBatch = (queue: readonly Ticket[]): readonly Ticket[] => {
  const ready = queue.filter((ticket) => ticket.isReady())
  const byVm = new Map(ready.toReversed().map((ticket) => [ticket.request.vm, ticket]))
  return [...byVm.values()].toReversed().slice(0, batchMax)
}
