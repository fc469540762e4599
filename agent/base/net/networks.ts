/** Addresses against networks: literal addresses only, in one canonical spelling. */
import { BlockList, isIPv4, isIPv6 } from 'node:net'
import { parseCidr } from './cidr.ts'

export interface LiteralAddress {
  readonly address: string
  readonly family: 'ipv4' | 'ipv6'
}

const mappedIpv4 = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/

/**
 * The canonical form of a literal address: no zone, compressed, and an IPv4 address that is
 * dressed as IPv6 (`::ffff:10.0.0.1`) undressed. Undefined for a host name.
 */
export const literalAddress = (text: string): LiteralAddress | undefined => {
  const [bare = ''] = text.split('%')
  if (isIPv4(bare)) return { address: bare, family: 'ipv4' }
  if (!isIPv6(bare)) return undefined
  // A URL spells every IPv6 address in the one way of RFC 5952.
  const address = new URL(`http://[${bare}]`).hostname.slice(1, -1)
  const [, high, low] = mappedIpv4.exec(address) ?? []
  if (high === undefined || low === undefined) return { address, family: 'ipv6' }
  const bits = Number.parseInt(high, 16) * 0x1_0000 + Number.parseInt(low, 16)
  const octets = [24, 16, 8, 0].map((shift) => (bits >>> shift) & 0xff)
  return { address: octets.join('.'), family: 'ipv4' }
}

/**
 * A predicate over literal addresses. Throws on a network that does not parse: the config has
 * checked it.
 */
export const insideOf = (networks: readonly string[]): ((text: string) => boolean) => {
  // One for each family: in a list of both, ::/0 holds IPv4 addresses, too.
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() }
  for (const text of networks) {
    const cidr = parseCidr(text)
    if (cidr === undefined) throw new TypeError(`not a network: ${text}`)
    lists[cidr.family].addSubnet(cidr.address, cidr.prefix, cidr.family)
  }
  return (text) => {
    const literal = literalAddress(text)
    return literal !== undefined && lists[literal.family].check(literal.address, literal.family)
  }
}
