/**
 * Looks at VMs on their suspects, and lifts their quarantines, for people: nothing is killed, and
 * nothing is proven.
 */
import { contactBudgetMs } from '../fence/budget.ts'
import { inspect } from './inspect.ts'
import type { Inspected } from './inspect.ts'
import type { ContactDeps } from '../fence/open-suspect.ts'
import type { FenceRequest } from '../fence/request.ts'

export interface LookRecord {
  readonly request: FenceRequest
  readonly seen: Inspected
  readonly startedAt: string
  readonly durationMs: number
}

export interface LookService {
  /** Ends before the budget of the request; never rejects. */
  readonly look: (request: FenceRequest) => Promise<LookRecord>
  /** The same, with every entry of the VM's quarantine ended before. */
  readonly unfence: (request: FenceRequest) => Promise<LookRecord>
  readonly inFlight: () => number
  /** Ends what is in flight, and whatever comes later, as soon as can be. */
  readonly stop: () => void
}

export const createLookService = (deps: ContactDeps): LookService => {
  const stopped = new AbortController()
  let inFlight = 0
  const visit =
    (action: 'look' | 'unfence') =>
    async (request: FenceRequest): Promise<LookRecord> => {
      inFlight += 1
      const startedAt = deps.clock.wallTime()
      const startedMs = deps.clock.nowMs()
      const { vm, suspect } = request
      const budgetMs = contactBudgetMs(request.budgetMs, startedMs, startedMs)
      const seen = await inspect(deps, { what: { action, vm }, suspect, budgetMs }, stopped.signal)
      inFlight -= 1
      return { request, seen, startedAt, durationMs: deps.clock.nowMs() - startedMs }
    }
  return {
    inFlight: () => inFlight,
    stop: () => {
      stopped.abort()
    },
    look: visit('look'),
    unfence: visit('unfence'),
  }
}
