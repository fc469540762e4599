/**
 * When anything came from an address, over all lanes: whoever finds it silent may have asked by
 * another name, another user or another port, and is told of it all the same.
 */
import { isWithoutLife } from './contact-before.ts'
import type { Observation } from './observation.ts'
import type { Clock } from '../base/time/clock.ts'

export interface LastHeard {
  /** Now. An empty one is none. */
  readonly note: (address: string) => void
  /** Every address of which a look saw a sign of life. */
  readonly noteSeen: (seen: Observation) => void
  /** Whether one of them was heard at `sinceMs` or later; `sinceMs` at most `keptMs` ago. */
  readonly isHeard: (addresses: readonly string[], sinceMs: number) => boolean
}

/** No fence is as old as that, in ms. */
export const keptMs = 600_000

export const createLastHeard = (clock: Clock): LastHeard => {
  // The one that was heard last stands last.
  const heardMs = new Map<string, number>()
  const note = (address: string): void => {
    if (address === '') return
    const now = clock.nowMs()
    heardMs.delete(address)
    heardMs.set(address, now)
    for (const [oldest, ms] of heardMs) {
      if (now - ms <= keptMs) break
      heardMs.delete(oldest)
    }
  }
  return {
    note,
    noteSeen: ({ evidence, trail }) => {
      if (evidence.kind !== 'silence') {
        note(trail.address)
        return
      }
      for (const one of evidence.silence.addresses) if (!isWithoutLife(one)) note(one.address)
    },
    isHeard: (addresses, sinceMs) =>
      addresses.some((address) => (heardMs.get(address) ?? Number.NEGATIVE_INFINITY) >= sinceMs),
  }
}
