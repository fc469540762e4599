/** Requests that ask for the same thing at the same time share one look at the suspect. */
import type { Secret } from '../domain/secret.ts'
import type { Observation } from './observe.ts'
import type { FenceRequest } from './request.ts'

export interface InFlight {
  /** Joins the look that is running for the same VM on the same suspect, or starts one. */
  readonly share: (
    request: FenceRequest,
    start: () => Promise<Observation>,
  ) => { readonly observation: Promise<Observation>; readonly joined: boolean }
}

interface Running {
  readonly request: FenceRequest
  readonly observation: Promise<Observation>
}

/** Everything that makes two requests the same for the suspect. Whoever calls does not. */
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
    share: (request, start) => {
      const known = [...running].find((one) => isSame(one.request, request))
      if (known !== undefined) return { observation: known.observation, joined: true }
      const observation = start().finally(() => {
        running.delete(own)
      })
      const own: Running = { request, observation }
      running.add(own)
      return { observation, joined: false }
    },
  }
}
