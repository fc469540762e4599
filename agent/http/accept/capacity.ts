/** Whether fences may begin: in all, for their caller, and for their suspect. */
import { plainRejection } from '../../contract/reply/rejection.ts'
import type { Rejection } from '../../contract/reply/rejection.ts'
import type { FenceRequests } from '../../fence/request.ts'
import type { FenceService } from '../../fence/service.ts'
import { createQuota } from '../../base/limit/quota.ts'

export type Begun =
  /** `end` is to be called once for each request, when its fence has its verdict. */
  | { readonly kind: 'begun'; readonly end: () => void }
  | { readonly kind: 'refused'; readonly refusal: Rejection }

export interface CapacityConfig {
  /** Fences at the same time; the next request is answered 503. */
  readonly inFlightMax: number
  /** Of those, for one suspect; the next is answered 503. */
  readonly inFlightPerSuspectMax: number
  /** Of those, for one caller; the next is answered 429. */
  readonly inFlightPerCallerMax: number
}

/** They begin together or not at all. */
export type Begin = (requests: FenceRequests) => Begun

export const beginnings = (
  { inFlightMax, inFlightPerSuspectMax, inFlightPerCallerMax }: CapacityConfig,
  { inFlight }: Pick<FenceService, 'inFlight'>,
): Begin => {
  const ofCallers = createQuota()
  const ofSuspects = createQuota()
  return (requests) => {
    const refused = (code: Parameters<typeof plainRejection>[0]): Begun => ({
      kind: 'refused',
      refusal: plainRejection(code),
    })
    const [first] = requests
    const count = requests.length
    if (inFlight() + count > inFlightMax) return refused('FENCE_BUSY')
    const [address] = first.suspect.addresses
    const endSuspect = ofSuspects.take(address, inFlightPerSuspectMax, count)
    if (endSuspect === undefined) return refused('FENCE_SUSPECT_BUSY')
    const endCaller = ofCallers.take(first.askedBy, inFlightPerCallerMax, count)
    if (endCaller === undefined) {
      for (const _request of requests) endSuspect()
      return refused('FENCE_CALLER_TOO_OFTEN')
    }
    const end = (): void => {
      endSuspect()
      endCaller()
    }
    return { kind: 'begun', end }
  }
}
