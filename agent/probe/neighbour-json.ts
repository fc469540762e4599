/**
 * One address in the kernel's neighbour table (ARP, ND), as `ip -s -s -j neigh show nud all` prints
 * it.
 */
import { isSameAddress } from './address.ts'
import { readObjects, secondsField, textField, textsField } from './json-shape.ts'

/** Ages are whole seconds, cut off: 0 is anything below one second. */
export type Neighbour =
  | { readonly kind: 'absent' }
  /** The kernel has a link address for it; whether that is still true is what `state` is about. */
  | { readonly kind: 'known'; readonly state: KnownState; readonly confirmedSec: number }
  /** Being asked for by broadcast, since `updatedSec`. */
  | { readonly kind: 'asked'; readonly updatedSec: number }
  /** Nobody answered; so decided `updatedSec` ago. */
  | { readonly kind: 'failed'; readonly updatedSec: number }
  /** Set by hand, or on a link that resolves nothing: it says nothing about life. */
  | { readonly kind: 'fixed' }
  | { readonly kind: 'unreadable' }

export type KnownState = 'REACHABLE' | 'STALE' | 'DELAY' | 'PROBE'
const knownStates: readonly string[] = ['REACHABLE', 'STALE', 'DELAY', 'PROBE']
const isKnownState = (state: string): state is KnownState => knownStates.includes(state)

const unreadable: Neighbour = { kind: 'unreadable' }

/** `text` is what was printed for exactly this address on one device. */
export const readNeighbour = (address: string, text: string): Neighbour => {
  const entries = readObjects(text)
  if (entries === undefined) return unreadable
  const [entry, ...more] = entries
  if (entry === undefined) return { kind: 'absent' }
  if (more.length > 0 || !isSameAddress(textField(entry, 'dst') ?? '', address)) return unreadable
  const [state, ...others] = textsField(entry, 'state') ?? []
  const confirmedSec = secondsField(entry, 'confirmed')
  const updatedSec = secondsField(entry, 'updated')
  if (state === undefined || others.length > 0) return unreadable
  if (state === 'PERMANENT' || state === 'NOARP') return { kind: 'fixed' }
  // A control plane (EVPN and the like) answers for this address, dead or alive, or wants the entry
  // kept.
  if ('extern_learn' in entry || 'managed' in entry) return { kind: 'fixed' }
  if (confirmedSec === undefined || updatedSec === undefined) return unreadable
  if (state === 'INCOMPLETE') return { kind: 'asked', updatedSec }
  if (state === 'FAILED') return { kind: 'failed', updatedSec }
  return isKnownState(state) ? { kind: 'known', state, confirmedSec } : unreadable
}
