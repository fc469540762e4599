/** Whether one fence more may begin: in all, and for its caller. */
import { plainRefusal } from '../contract/door-reply.ts'
import type { DoorRefusal } from '../contract/door-reply.ts'
import type { FenceService } from '../fence/service.ts'
import { createShares } from './shares.ts'

export type Begun =
  /** `end` is to be called once, when the fence has its verdict. */
  | { readonly kind: 'begun'; readonly end: () => void }
  | { readonly kind: 'refused'; readonly refusal: DoorRefusal }

export interface BeginRules {
  /** Fences at the same time; the next request is answered 503. */
  readonly inFlightMax: number
  /** Of those, for one caller; the next is answered 429. */
  readonly inFlightPerCallerMax: number
}

export const beginnings = (
  { inFlightMax, inFlightPerCallerMax }: BeginRules,
  { inFlight }: Pick<FenceService, 'inFlight'>,
): ((askedBy: string) => Begun) => {
  const shares = createShares()
  return (askedBy) => {
    if (inFlight() >= inFlightMax) return { kind: 'refused', refusal: plainRefusal('FENCE_BUSY') }
    const end = shares.take(askedBy, inFlightPerCallerMax)
    return end === undefined
      ? { kind: 'refused', refusal: plainRefusal('FENCE_CALLER_TOO_OFTEN') }
      : { kind: 'begun', end }
  }
}
