/** One request from its arrival to its verdict, inside one budget. */
import { decide } from '../domain/decide.ts'
import { doubt, mayProceed } from '../domain/verdict.ts'
import type { Doubt } from '../domain/verdict.ts'
import { answerReserveMs, contactBudgetMs, contactBudgetMsMin, sendReserveMs } from './budget.ts'
import { afterContact, mayHaveHadContact } from './contact-before.ts'
import { createSingleFlight } from './single-flight.ts'
import type { LaneConfig } from './lane/lane.ts'
import { createLanes } from './lane/lanes.ts'
import type { Observation } from './observation.ts'
import { ownTrouble, withinOwnBudget } from './own-budget.ts'
import type { ContactDeps } from './open-suspect.ts'
import { retryContact } from './retry.ts'
import { createWayRound, isFailing, noWayRound } from './way-round.ts'
import type { RoundFor, WayRound, WayRoundDeps } from './way-round.ts'
import type { Journal } from './ports.ts'
import type { FenceRecord } from './record.ts'
import type { FenceRequest } from './request.ts'
import type { FenceService } from './service.ts'
import { createDrain } from './drain.ts'
import { withinMs } from './journal-time.ts'

export interface FenceDeps extends ContactDeps {
  readonly journal: Journal
  /** Called once per request with the value that is answered. Must not throw. */
  readonly onVerdict: (record: FenceRecord) => void
  /** Absent where no other agent is to be asked. */
  readonly wayRound?: Omit<WayRoundDeps, 'clock'>
}

/** `mayBegin` resolves with false when the intent will not be on disk. */
interface Asked extends RoundFor {
  readonly round: WayRound
  readonly calledOff: AbortSignal | undefined
}

export const createFenceService = (rules: LaneConfig, deps: FenceDeps): FenceService => {
  const { clock, journal, onVerdict, wayRound } = deps
  const inFlight = createSingleFlight()
  const drain = createDrain(clock)
  const lanes = createLanes(rules, deps, drain.signal)

  /** Connects while the intent is written, and sends nothing before it is on disk. */
  const contact = async (
    request: FenceRequest,
    startedMs: number,
    calledOff: AbortSignal | undefined,
  ): Promise<Observation> => {
    const written = withinMs(
      clock,
      journal.intent(request),
      request.budgetMs - answerReserveMs,
    ).then(
      () => undefined,
      // What cannot be written down first is not done.
      (error: unknown) =>
        ownTrouble('journal-failed', `the intent was not written: ${nameOf(error)}`),
    )
    const mayBegin = written.then((failure) => failure === undefined)
    const asked = { request, startedMs, mayBegin }
    const isPassedOn = request.passedOnBy !== undefined
    const round =
      wayRound === undefined || isPassedOn
        ? noWayRound
        : createWayRound(asked, { ...wayRound, clock })
    const seen = contactWithin({ ...asked, round, calledOff }, false)
    const [failure, observation] = await Promise.all([written, seen])
    return failure ?? observation
  }

  const contactWithin = async (asked: Asked, hadContact: boolean): Promise<Observation> => {
    const { request, startedMs, mayBegin, round, calledOff } = asked
    const beganMs = clock.nowMs()
    const budgetMs = contactBudgetMs(request.budgetMs, startedMs, beganMs)
    if (budgetMs < contactBudgetMsMin) return ownTrouble('deadline-passed', 'no time was left')
    if (drain.signal.aborted) return ownTrouble('shutting-down', 'the agent was told to stop')
    const endsMs = beganMs + budgetMs
    const shared = inFlight.share(request, endsMs, async ({ onFailing, onSent, ...flight }) => {
      const onDoubt = (doubtful: Observation): void => {
        if (isFailing(doubtful)) onFailing()
      }
      const ask = { request, budgetMs, sinceMs: startedMs, mayBegin, onSent, onDoubt, ...flight }
      const stop = AbortSignal.any([drain.signal, flight.calledOff])
      return await retryContact(lanes.contact, clock, ask, stop)
    })
    const { trail, sentMs, ...seen } = await withinOwnBudget(
      clock,
      async (signal) => await round.observe(shared, budgetMs, signal),
      budgetMs,
      { drained: drain.signal, calledOff },
    ).finally(shared.leave)
    const evidence = afterContact(seen.evidence, hadContact)
    if (!shared.joined) return { evidence, trail }
    const isProof = mayProceed(decide(evidence))
    // A death that was asked for before this request came says nothing of what was started since.
    const isOlder = evidence.kind === 'report' && !(sentMs !== undefined && sentMs >= startedMs)
    if (isProof && isOlder) return await contactWithin(asked, true)
    // The look that was joined had less time than this request, or was given up: then it looks
    // again by itself.
    const isOver = isProof || drain.signal.aborted || calledOff?.aborted === true
    const isGivenUp = evidence.kind === 'out-of-time'
    const leftMs = endsMs - Math.max(isGivenUp ? 0 : shared.endsMs, clock.nowMs())
    if (!isOver && leftMs >= contactBudgetMsMin) {
      return await contactWithin(asked, mayHaveHadContact(evidence))
    }
    return { evidence, trail: { ...trail, detail: `joined: ${trail.detail}` } }
  }

  const judge = async (request: FenceRequest, calledOff?: AbortSignal): Promise<FenceRecord> => {
    const startedAt = clock.wallTime()
    const startedMs = clock.nowMs()
    const record = ({ evidence, trail }: Observation): FenceRecord => ({
      request,
      verdict: decide(evidence),
      evidence,
      trail,
      startedAt,
      durationMs: Math.round(clock.nowMs() - startedMs),
    })
    const seen = await contact(request, startedMs, calledOff).catch((error: unknown) =>
      ownTrouble('internal-error', `a fault in the agent itself: ${nameOf(error)}`),
    )
    const passedMs = (): number => clock.nowMs() - startedMs
    const refusal = (because: Doubt, detail: string): FenceRecord => ({
      ...record({ ...seen, trail: { ...seen.trail, detail } }),
      verdict: doubt(because),
    })
    /**
     * By the clock as it is now: which of two timers fires first after a stall says nothing of the
     * time.
     */
    const unlessOld = (judged: FenceRecord): FenceRecord =>
      mayProceed(judged.verdict) && passedMs() >= request.budgetMs
        ? refusal('deadline-passed', 'the evidence was older than the budget')
        : judged
    const judged = unlessOld(record(seen))
    const leftMs = request.budgetMs - passedMs() - sendReserveMs
    const failure = await withinMs(
      clock,
      journal.outcome(judged),
      Math.max(leftMs, sendReserveMs),
    ).then(() => undefined, nameOf)
    // What is not on disk is not answered as a proof.
    const answered =
      failure === undefined
        ? unlessOld(judged)
        : refusal('journal-failed', `the verdict was not written: ${failure}`)
    // A journal that was only late may hold the first verdict by now, so the one that is answered
    // is written after it where that still works.
    if (answered !== judged) await withinMs(clock, journal.outcome(answered), 0).catch(nameOf)
    return answered
  }

  return {
    inFlight: drain.count,
    lanes: lanes.counts,
    drain: async (graceMs) => {
      await drain.finish(graceMs)
      lanes.close()
    },
    fence: async (request, calledOff) =>
      await drain.track(async () => {
        const record = await judge(request, calledOff)
        onVerdict(record)
        return record
      }),
  }
}

/** A fault's class or code: its message may hold what a suspect sent. */
const nameOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
