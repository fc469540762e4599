/**
 * One answer on its way to its caller: attempts with growing waits, until it is taken or out of
 * time.
 */
import type { CallbackDestination } from '../contract/request/callback-url.ts'
import { refusalReply } from '../contract/reply/fence-reply.ts'
import { asciiJson } from '../base/text/ascii-json.ts'
import type { DeliveryEnd, LaterAnswer } from '../fence/callbacks.ts'
import type { Clock } from '../base/time/clock.ts'
import type { Attempt, AttemptOutcome } from './attempt.ts'
import type { Semaphore } from '../base/limit/semaphore.ts'
import { proofAge } from './proof-age.ts'
import { backoffMs, judgeAttempt } from './retry-policy.ts'

export interface DeliverDeps {
  /** Who refuses where the answer may not be sent any more. */
  readonly agentId: string
  readonly clock: Clock
  readonly attempt: Attempt
  readonly places: Semaphore
}

export interface DeliverTimes {
  /** How long a proof may be sent, in ms. */
  readonly proofMs: number
  /** On the clock's scale: when the answer is given up. */
  readonly endsMs: number
}

/** One attempt. A caller that has not answered by then is stuck; its answer takes microseconds. */
const attemptMsMax = 15_000

/** Undefined where the signal ended it: the answer stays in the journal for the next start. */
export const deliver = async (
  answer: LaterAnswer,
  destination: CallbackDestination,
  { proofMs, endsMs }: DeliverTimes,
  { agentId, clock, attempt, places }: DeliverDeps,
  stop: AbortSignal,
): Promise<DeliveryEnd | undefined> => {
  const { subject, ask, provenAt } = answer
  const startedMs = clock.nowMs()
  const proofLeftMs = provenAt === undefined ? () => Infinity : proofAge(provenAt, proofMs, clock)
  let [attempts, status] = [0, 0]
  let said: DeliveryEnd['said'] = 'nothing'

  const ended = (end: DeliveryEnd['end']): DeliveryEnd => {
    const ms = Math.round(clock.nowMs() - startedMs)
    return { subject, ask, end, said, attempts, status, ms }
  }

  /** The body is chosen when its place is free: an answer may have waited for it. */
  const next = async (): Promise<AttemptOutcome | undefined> => {
    const leftMs = endsMs - clock.nowMs()
    if (stop.aborted || leftMs <= 0) return undefined
    const proofMsLeft = proofLeftMs()
    const isExpired = proofMsLeft <= 0
    said = isExpired ? 'verdict-expired' : 'answer'
    attempts += 1
    const limitMs = Math.min(attemptMsMax, leftMs, isExpired ? Infinity : proofMsLeft)
    const refusal = refusalReply(subject, 'verdict-expired', 0, agentId)
    const body = isExpired ? asciiJson(refusal) : answer.body
    return await withinMs(limitMs, clock, stop, async (signal) => {
      return await attempt(destination, ask.task, body, signal)
    })
  }

  for (;;) {
    const outcome = await places.run(destination.address, next)
    if (outcome === undefined) return stop.aborted ? undefined : ended('written-off')
    if (outcome.kind === 'answered') status = outcome.status
    const verdict = judgeAttempt(outcome)
    if (verdict !== 'again') return ended(verdict)
    await clock.wait(Math.min(backoffMs(attempts), Math.max(0, endsMs - clock.nowMs())), stop)
  }
}

const withinMs = async <T>(
  ms: number,
  clock: Clock,
  stop: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> => {
  const [limit, done] = [new AbortController(), new AbortController()]
  void clock.wait(ms, done.signal).then(() => {
    limit.abort()
  })
  try {
    return await work(AbortSignal.any([limit.signal, stop]))
  } finally {
    done.abort()
  }
}
