/**
 * Which suspects an entry of `ssh.logins` is for: networks for literal addresses, patterns for
 * names.
 */
import { BlockList, isIP, isIPv6 } from 'node:net'
import { parseCidr } from '../../base/net/cidr.ts'
import type { HostAddress } from '../../base/net/host-address.ts'
import { parseNamePattern } from '../../base/net/name-pattern.ts'

const mappedIpv4 = new BlockList()
mappedIpv4.addSubnet('::ffff:0:0', 96, 'ipv6')

/**
 * A predicate over addresses as they were sent: a name is never resolved for it, and no pattern
 * names a literal address. Throws on what is neither network nor pattern: the config has checked
 * it.
 */
export const namedBy = (hosts: readonly string[]): ((address: HostAddress) => boolean) => {
  // One for each family: in a list of both, ::/0 names IPv4 addresses, too.
  const networks = { ipv4: new BlockList(), ipv6: new BlockList() }
  const patterns: ((name: string) => boolean)[] = []
  for (const text of hosts) {
    const cidr = parseCidr(text)
    const pattern = parseNamePattern(text)
    if (cidr !== undefined) networks[cidr.family].addSubnet(cidr.address, cidr.prefix, cidr.family)
    else if (pattern !== undefined) patterns.push(pattern)
    else throw new TypeError(`no network and no name: ${text}`)
  }
  return (address) => {
    const [bare = ''] = address.split('%')
    if (isIP(bare) === 0) return patterns.some((isNamed) => isNamed(address))
    if (!isIPv6(bare)) return networks.ipv4.check(bare, 'ipv4')
    // An IPv4 address that is dressed as IPv6 is one, and of no network of IPv6.
    return (mappedIpv4.check(bare, 'ipv6') ? networks.ipv4 : networks.ipv6).check(bare, 'ipv6')
  }
}
