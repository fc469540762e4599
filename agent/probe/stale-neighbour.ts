/**
 * Takes old entries out of the neighbour table, so that the kernel has to ask by broadcast who has
 * the address. Needs CAP_NET_ADMIN. A live suspect loses nothing by it but one exchange of ARP or
 * ND.
 *
 * The fences of one process share the table. What the kernel still holds back for an entry that
 * goes is given back to its senders as unreachable, though nobody was asked to the end: every round
 * at that address in which an entry was taken away is void.
 */
import type { ProbeAddress } from './address.ts'
import { askNeighbour, removeNeighbour } from './ip-and-ping.ts'
import type { OldEntries, Removal } from './probe-run.ts'

const keyOf = ({ plain }: ProbeAddress, device: string): string => `${plain} ${device}`

interface Round {
  readonly key: string
  readonly sinceMs: number
  isVoid: boolean
  isDated: boolean
}

export const createOldEntries = (): OldEntries => {
  const rounds = new Set<Round>()
  const removing = new Map<string, Promise<Removal>>()
  const at = (key: string): readonly Round[] => [...rounds].filter((round) => round.key === key)
  const spoil = (key: string): void => {
    for (const round of at(key)) round.isVoid = true
  }
  const remove: OldEntries['remove'] = async (probe, address, device, isDated) => {
    const key = keyOf(address, device)
    // Read once more: of many fences that found the same entry, one takes it away.
    const now = await askNeighbour(probe, address, device)
    if (now.kind === 'unreadable' || now.kind === 'fixed') return 'kept'
    if (now.kind !== 'known') return 'gone'
    spoil(key)
    const covered = at(key)
    const isRemoved = await removeNeighbour(probe, address, device)
    // Also those that began meanwhile: nobody can tell whether before or after it.
    spoil(key)
    if (!isRemoved) return 'kept'
    for (const round of covered) round.isDated ||= isDated
    return 'removed'
  }
  return {
    beginRound: ({ sinceMs }, address, device) => {
      const key = keyOf(address, device)
      const round = { key, sinceMs, isVoid: false, isDated: false }
      rounds.add(round)
      return {
        isVoid: () => round.isVoid,
        isDated: () => round.isDated,
        firstSinceMs: () => Math.min(...at(key).map((one) => one.sinceMs)),
        end: () => {
          rounds.delete(round)
        },
      }
    },
    remove: async (probe, address, device, isDated) => {
      const key = keyOf(address, device)
      const running =
        removing.get(key) ??
        remove(probe, address, device, isDated).finally(() => {
          removing.delete(key)
        })
      removing.set(key, running)
      return await running
    },
  }
}
