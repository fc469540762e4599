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
    start: (events: FlightEvents) => Promise<Observation>,
  ) => SharedContact
}

/** What the look learns of those who wait for it, and they of it. */
export interface FlightEvents {
  /** Aborts once nobody waits any more. */
  readonly calledOff: AbortSignal
  /** To be called where a contact failed before a login. */
  readonly onFailing: () => void
  /** To be called when the program is about to be sent. */
  readonly onSent: () => void
}

export interface SharedContact {
  readonly observation: Promise<Observation>
  /** When the look ends at the latest. */
  readonly endsMs: number
  readonly joined: boolean
  /** Resolves once a contact of it failed before a login; it goes on. */
  readonly failing: Promise<void>
  /** Whether the program was sent for it. */
  readonly isSent: () => boolean
  /** To be called once by each who shares it: the look ends soon after the last has left. */
  readonly leave: () => void
}

interface Running extends Pick<SharedContact, 'observation' | 'endsMs' | 'failing' | 'isSent'> {
  readonly request: FenceRequest
  readonly end: AbortController
  waiting: number
}

/** Whoever calls makes no difference to the suspect. */
const isSame = (one: FenceRequest, other: FenceRequest): boolean =>
  one.vm === other.vm && isSameSuspect(one.suspect, other.suspect)

export const createSingleFlight = (): SingleFlight => {
  const running = new Set<Running>()
  const enter = (one: Running, joined: boolean): SharedContact => {
    one.waiting += 1
    const leave = (): void => {
      one.waiting -= 1
      if (one.waiting > 0) return
      running.delete(one)
      one.end.abort()
    }
    const { observation, endsMs, failing, isSent } = one
    return { observation, endsMs, failing, isSent, joined, leave }
  }
  return {
    share: (request, endsMs, start) => {
      const known = [...running].find((one) => isSame(one.request, request))
      if (known !== undefined) return enter(known, true)
      const end = new AbortController()
      let isSent = false
      let onFailing!: () => void
      const failing = new Promise<void>((resolve) => {
        onFailing = resolve
      })
      const onSent = (): void => {
        isSent = true
      }
      const observation = start({ calledOff: end.signal, onFailing, onSent }).finally(() => {
        running.delete(own)
      })
      const isNowSent = (): boolean => isSent
      const own = { request, observation, endsMs, failing, isSent: isNowSent, end, waiting: 0 }
      running.add(own)
      return enter(own, false)
    },
  }
}
