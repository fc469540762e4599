/** Requests that ask for the same thing at the same time share one look at the suspect. */
import type { Observation } from './observe.ts'
import type { FenceRequest } from './request.ts'

export interface InFlight {
  /** Joins the look that is running for the same VM on the same suspect, or starts one. */
  readonly share: (
    request: FenceRequest,
    start: () => Promise<Observation>,
  ) => { readonly observation: Promise<Observation>; readonly joined: boolean }
}

/** Everything that makes two requests the same for the suspect. Whoever calls does not. */
const keyOf = ({ vm, suspect }: FenceRequest): string =>
  JSON.stringify([vm, suspect.addresses, suspect.port, suspect.user, suspect.hostUuid])

export const createInFlight = (): InFlight => {
  const running = new Map<string, Promise<Observation>>()
  return {
    share: (request, start) => {
      const key = keyOf(request)
      const known = running.get(key)
      if (known !== undefined) return { observation: known, joined: true }
      const observation = start().finally(() => {
        running.delete(key)
      })
      running.set(key, observation)
      return { observation, joined: false }
    },
  }
}
