/** One request's place in a lane: what it waits for, and that it is answered once and in time. */
import type { Observation } from '../observation.ts'
import type { Clock } from '../../base/time/clock.ts'
import type { FenceRequest } from '../request.ts'
import type { PhaseTime } from '../contact-trail.ts'

export interface LaneAsk {
  readonly request: FenceRequest
  readonly budgetMs: number
  /** When the fence began: whatever was heard of the suspect since then was contact in it. */
  readonly sinceMs: number
  /** False where silence would prove nothing to this request. */
  readonly isSilenceWanted: boolean
  /**
   * Resolves true once the intent is on disk, false if that failed: the caller answers then.
   */
  readonly mayBegin: Promise<boolean>
  /** Aborts once nobody waits for it any more: then nothing more is begun for it. */
  readonly calledOff?: AbortSignal
  /** Called when the program is about to be sent for it. Must not throw. */
  readonly onSent?: () => void
}

export interface Ticket extends LaneAsk {
  /** When it came to the lane. */
  readonly startedMs: number
  /** 0 once it is settled. */
  readonly leftMs: () => number
  /** How long it has waited so far, as a phase. */
  readonly waited: () => PhaseTime
  readonly isSettled: () => boolean
  /** Whether a command may be sent for it by now. */
  readonly isReady: () => boolean
  /** The first call counts. */
  readonly settle: (seen: Observation) => void
  /** Resolves once, before the budget ends, or soon after the signal. */
  readonly settled: Promise<Observation>
}

/** Before the budget ends, in ms: who still waits then is told so. */
const tellReserveMs = 20

/** `onSettled` is called once, before anybody hears of it. */
export const createTicket = (
  ask: LaneAsk,
  clock: Clock,
  signal: AbortSignal,
  onSettled: (ticket: Ticket) => void = () => undefined,
): Ticket => {
  const startedMs = clock.nowMs()
  const done = new AbortController()
  let resolve!: (seen: Observation) => void
  const settled = new Promise<Observation>((tell) => {
    resolve = tell
  })
  const settle = (seen: Observation): void => {
    if (done.signal.aborted) return
    done.abort()
    onSettled(ticket)
    resolve(seen)
  }
  const { calledOff = signal } = ask
  const stop = AbortSignal.any([done.signal, signal, calledOff])
  void clock.wait(Math.max(0, ask.budgetMs - tellReserveMs), stop).then(() => {
    settle(
      outOfTime(
        signal.aborted || calledOff.aborted ? 'the fence was called off' : 'the budget ended first',
      ),
    )
  })
  let isReady = false
  void ask.mayBegin.then((may) => {
    isReady = may
    if (!may) settle(outOfTime('nothing was begun'))
  })
  const passedMs = (): number => clock.nowMs() - startedMs
  const ticket: Ticket = {
    ...ask,
    startedMs,
    leftMs: () => (done.signal.aborted ? 0 : ask.budgetMs - passedMs()),
    waited: () => ({ phase: 'queue', ms: Math.round(passedMs()) }),
    isSettled: () => done.signal.aborted,
    isReady: () => isReady,
    settle,
    settled,
  }
  return ticket
}

const outOfTime = (detail: string): Observation => ({
  evidence: { kind: 'out-of-time' },
  trail: { address: '', phases: [], detail },
})
