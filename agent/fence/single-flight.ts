/** Requests that ask for the same thing at the same time share one look at the suspect. */
import type { Observation } from './observation.ts'
import type { FenceRequest } from './request.ts'
import { isSameSuspect } from './same-suspect.ts'

export interface SingleFlight {
  /**
   * Joins the look that is running for the same VM on the same suspect, or starts one that ends
   * before `endsMs`, on the clock's scale.
   */
  readonly share: (
    request: FenceRequest,
    endsMs: number,
    start: () => Promise<Observation>,
  ) => SharedContact
}

export interface SharedContact {
  readonly observation: Promise<Observation>
  /** When the look ends at the latest. */
  readonly endsMs: number
  readonly joined: boolean
}

interface Running extends SharedContact {
  readonly request: FenceRequest
}

/** Whoever calls makes no difference to the suspect. */
const isSame = (one: FenceRequest, other: FenceRequest): boolean =>
  one.vm === other.vm && isSameSuspect(one.suspect, other.suspect)

export const createSingleFlight = (): SingleFlight => {
  const running = new Set<Running>()
  return {
    share: (request, endsMs, start) => {
      const known = [...running].find((one) => isSame(one.request, request))
      if (known !== undefined) return { ...known, joined: true }
      const observation = start().finally(() => {
        running.delete(own)
      })
      const own: Running = { request, observation, endsMs, joined: false }
      running.add(own)
      return own
    },
  }
}
