/** One request's place in a lane: what it waits for, and that it is answered once and in time. */
import type { Observation } from './observation.ts'
import type { Clock } from './ports.ts'
import type { FenceRequest } from './request.ts'
import type { PhaseTime } from './trail.ts'

export interface LaneAsk {
  readonly request: FenceRequest
  readonly budgetMs: number
  /** False where silence would prove nothing to this request. */
  readonly isSilenceWanted: boolean
}

export interface Ticket extends LaneAsk {
  readonly leftMs: () => number
  /** How long it has waited so far, as a phase. */
  readonly waited: () => PhaseTime
  readonly isSettled: () => boolean
  /** The first call counts. */
  readonly settle: (seen: Observation) => void
  /** Resolves once, before the budget ends, or soon after the signal. */
  readonly settled: Promise<Observation>
}

/** Before the budget ends, in ms: who still waits then is told so. */
const tellReserveMs = 20

export const createTicket = (ask: LaneAsk, clock: Clock, signal: AbortSignal): Ticket => {
  const startedMs = clock.nowMs()
  const done = new AbortController()
  let resolve!: (seen: Observation) => void
  const settled = new Promise<Observation>((tell) => {
    resolve = tell
  })
  const settle = (seen: Observation): void => {
    done.abort()
    resolve(seen)
  }
  const stop = AbortSignal.any([done.signal, signal])
  void clock.wait(Math.max(0, ask.budgetMs - tellReserveMs), stop).then(() => {
    const detail = signal.aborted ? 'the fence was called off' : 'the budget ended first'
    settle({ evidence: { kind: 'out-of-time' }, trail: { address: '', phases: [], detail } })
  })
  const passedMs = (): number => clock.nowMs() - startedMs
  return {
    ...ask,
    leftMs: () => ask.budgetMs - passedMs(),
    waited: () => ({ phase: 'queue', ms: Math.round(passedMs()) }),
    isSettled: () => done.signal.aborted,
    settle,
    settled,
  }
}
