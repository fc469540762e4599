/**
 * Takes old entries out of the neighbour table, so that the kernel has to ask by broadcast who has the address.
 * Needs CAP_NET_ADMIN. A live suspect loses nothing by it but one exchange of ARP or ND.
 *
 * The fences of one process share the table. What the kernel still holds back for an entry that goes is given
 * back to its senders as unreachable, though nobody was asked to the end: every round at that address in which
 * an entry was taken away is void.
 */
import type { ProbeAddress } from './address.ts'
import { askNeighbour, removeNeighbour } from './ask.ts'
import type { Look } from './ask.ts'

export interface OpenRound {
  /** Whether an entry of this address was taken away since the round began. */
  readonly isVoid: () => boolean
  readonly end: () => void
}

/** `gone`: another fence had taken it, or the kernel had given it up. `kept`: not permitted, or no tool for it. */
export type Removal = 'removed' | 'gone' | 'kept'

export interface OldEntries {
  readonly beginRound: (address: ProbeAddress, device: string) => OpenRound
  readonly remove: (look: Look, address: ProbeAddress, device: string) => Promise<Removal>
}

const keyOf = ({ plain }: ProbeAddress, device: string): string => `${plain} ${device}`

export const createOldEntries = (): OldEntries => {
  const rounds = new Set<{ readonly key: string; isVoid: boolean }>()
  const removing = new Map<string, Promise<Removal>>()
  const spoil = (key: string): void => {
    for (const round of rounds) if (round.key === key) round.isVoid = true
  }
  const remove: OldEntries['remove'] = async (look, address, device) => {
    const key = keyOf(address, device)
    // Read once more: of many fences that found the same entry, one takes it away.
    const now = await askNeighbour(look, address, device)
    if (now.kind !== 'known') return 'gone'
    spoil(key)
    const isRemoved = await removeNeighbour(look, address, device)
    // Also those that began meanwhile: nobody can tell whether before or after it.
    spoil(key)
    return isRemoved ? 'removed' : 'kept'
  }
  return {
    beginRound: (address, device) => {
      const round = { key: keyOf(address, device), isVoid: false }
      rounds.add(round)
      return {
        isVoid: () => round.isVoid,
        end: () => {
          rounds.delete(round)
        },
      }
    },
    remove: async (look, address, device) => {
      const key = keyOf(address, device)
      const running =
        removing.get(key) ??
        remove(look, address, device).finally(() => {
          removing.delete(key)
        })
      removing.set(key, running)
      return await running
    },
  }
}
