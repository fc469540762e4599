/** Requests that ask for the same thing at the same time share one look at the suspect. */
import type { Secret } from '../domain/secret.ts'
import type { Observation } from './observe.ts'
import type { FenceRequest } from './request.ts'

export interface InFlight {
  /**
   * Joins the look that is running for the same VM on the same suspect, or starts one that ends
   * before `endsMs`, on the clock's scale.
   */
  readonly share: (
    request: FenceRequest,
    endsMs: number,
    start: () => Promise<Observation>,
  ) => SharedLook
}

export interface SharedLook {
  readonly observation: Promise<Observation>
  /** When the look ends at the latest. */
  readonly endsMs: number
  readonly joined: boolean
}

interface Running extends SharedLook {
  readonly request: FenceRequest
}

/**
 * Everything that makes two requests the same for the suspect. Whoever calls does not. How the agent
 * logs in follows from these alone, and from a configuration that is read once.
 */
const isSame = (one: FenceRequest, other: FenceRequest): boolean =>
  keyOf(one) === keyOf(other) &&
  isSameSecret(one.suspect.password, other.suspect.password) &&
  isSameSecret(one.suspect.privateKey, other.suspect.privateKey)

const keyOf = ({ vm, suspect }: FenceRequest): string =>
  JSON.stringify([vm, suspect.addresses, suspect.port, suspect.user, suspect.hostUuid])

const isSameSecret = (one: Secret | undefined, other: Secret | undefined): boolean =>
  one === undefined ? other === undefined : one.equals(other)

export const createInFlight = (): InFlight => {
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
