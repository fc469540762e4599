/** Which of the neighbours are asked about a suspect. Pure. */
import { literalAddress } from '../base/net/networks.ts'
import type { PeerCredentials } from '../client/exchange.ts'
import type { Peer } from '../client/peer.ts'

export interface Neighbour {
  readonly peer: Peer
  readonly credentials: PeerCredentials
}

/**
 * Up to `count`, in their order, those of a failure domain of their own first; never the suspect
 * itself, as far as its name or address tells.
 */
export const chooseNeighbours = (
  all: readonly Neighbour[],
  suspect: readonly string[],
  count: number,
): readonly Neighbour[] => {
  const others = all.filter(({ peer: { at } }) => at.kind === 'unix' || !isOneOf(at.host, suspect))
  const isFirst = ({ peer }: Neighbour, index: number): boolean =>
    peer.domain === undefined ||
    others.findIndex((one) => one.peer.domain === peer.domain) === index
  const apart = others.filter(isFirst)
  return [...apart, ...others.filter((one) => !apart.includes(one))].slice(0, count)
}

const isOneOf = (host: string, suspect: readonly string[]): boolean =>
  suspect.some((one) => plain(one) === plain(host))

/** However an address or a name is spelt. */
const plain = (host: string): string => literalAddress(host)?.address ?? host.toLowerCase()
