/** A host as `trust` sees it: every address that it has, and the key that it offers there. */
import type { Clock } from '../../base/time/clock.ts'
import { entriesOf, hostPattern } from '../../suspect/host-key/known-hosts.ts'
import type { KnownHosts } from '../../suspect/host-key/known-hosts.ts'
import { readOfferedKeys } from '../../suspect/login/offered-keys.ts'
import { detailOf } from '../../suspect/session-end.ts'
import { resolve } from '../../suspect/reach/resolve.ts'
import type { Lookup } from '../../suspect/reach/resolve.ts'
import { deadlineIn } from '../../base/time/deadline.ts'
import type { HostPort } from '../../base/net/host-port.ts'

export interface Seen {
  readonly kind: 'seen'
  readonly addresses: readonly string[]
  readonly unreached: readonly Unreached[]
  /** Every name under which a fence would look the host up. */
  readonly names: readonly string[]
  readonly keys: readonly Buffer[]
}

export interface Unreached {
  readonly address: string
  readonly because: string
}

export type OfferedBy =
  | Seen
  /** Nobody to trust: not found, not reached, or not all was said. */
  | { readonly kind: 'unavailable'; readonly because: readonly string[] }
  /** Its addresses show different keys, so they may be different machines. */
  | { readonly kind: 'several-hosts' }

export interface OfferDeps {
  readonly clock: Clock
  readonly lookup: Lookup
  readonly known: KnownHosts
}

const resolveBudgetMs = 5000

export const readOffers = async (
  { host, port }: HostPort,
  wanted: string | undefined,
  { clock, lookup, known }: OfferDeps,
): Promise<OfferedBy> => {
  const { signal } = new AbortController()
  const within = { clock, signal, deadline: deadlineIn(resolveBudgetMs, clock) }
  const { addresses, isComplete } = await resolve([host], lookup, within)
  if (!isComplete) return { kind: 'unavailable', because: [`${host}: the name does not resolve`] }
  const names = [host, ...addresses.map(({ address }) => address)]
  const knownTypes = names
    .flatMap((name) => entriesOf(known, hostPattern(name, port)))
    .map(({ type }) => type)
  const asked = { knownTypes, fingerprint: wanted }
  const offers = await Promise.all(
    addresses.map(async (one) => ({
      ...one,
      offer: await readOfferedKeys(one.address, port, within, asked),
    })),
  )
  const unreached: Unreached[] = []
  const broken: string[] = []
  const reached: { readonly address: string; readonly keys: readonly Buffer[] }[] = []
  for (const { address, offer } of offers) {
    switch (offer.kind) {
      case 'not-reached':
        unreached.push({ address, because: offer.how })
        break
      case 'broken':
        broken.push(`${address}: ${detailOf(offer.end)}`)
        break
      case 'offered':
        reached.push({ address, keys: offer.keys })
    }
  }
  const silent = unreached.map(({ address, because }) => `${address}: no connection (${because})`)
  const [first, ...others] = reached
  if (broken.length > 0 || first === undefined) {
    return { kind: 'unavailable', because: [...broken, ...silent] }
  }
  if (!others.every(({ keys }) => isSame(keys, first.keys))) return { kind: 'several-hosts' }
  const literals = reached.map(({ address }) => address)
  const isName = addresses.some(({ name }) => name !== undefined)
  const pinned = [...(isName ? [host] : []), ...literals].map((name) => hostPattern(name, port))
  return { kind: 'seen', addresses: literals, unreached, names: pinned, keys: first.keys }
}

const isSame = (some: readonly Buffer[], others: readonly Buffer[]): boolean =>
  some.length === others.length && some.every((key, index) => others[index]?.equals(key) === true)
