/** How long one request waits for what several share. */
import type { Clock } from '../base/time/clock.ts'
import type { Doubt } from '../domain/verdict.ts'
import type { Observation } from './observation.ts'

export interface Ends {
  /** Aborts when the agent has to refuse what is left. */
  readonly drained: AbortSignal
  /** Aborts when the agent that passed the request on has ended its own fence. */
  readonly calledOff: AbortSignal | undefined
}

/**
 * No longer than this request's deadline, or until one of the ends; the signal that the work gets
 * aborts with each of them, and once this is over.
 */
export const withinOwnBudget = async (
  clock: Pick<Clock, 'wait'>,
  work: (signal: AbortSignal) => Promise<Observation>,
  budgetMs: number,
  { drained, calledOff = drained }: Ends,
): Promise<Observation> => {
  const settled = new AbortController()
  const stop = AbortSignal.any([settled.signal, drained, calledOff])
  const late = async (): Promise<Observation> => {
    await clock.wait(budgetMs, stop)
    if (drained.aborted) return ownTrouble('shutting-down', 'the agent was told to stop')
    return calledOff.aborted
      ? ownTrouble('called-off', 'the agent that passed it on has ended its own fence')
      : { evidence: { kind: 'out-of-time' }, trail: noTrail('the budget ended first') }
  }
  try {
    return await Promise.race([work(stop), late()])
  } finally {
    settled.abort()
  }
}

export const ownTrouble = (because: Doubt, detail: string): Observation => ({
  evidence: { kind: 'own-trouble', because },
  trail: noTrail(detail),
})

const noTrail = (detail: string): Observation['trail'] => ({ address: '', phases: [], detail })
