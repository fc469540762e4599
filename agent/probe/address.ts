/** Addresses as the tools take them: checked before they come near an argv. */
import { BlockList, isIPv6, SocketAddress } from 'node:net'
import { isIpv4, isIpv6 } from '../base/net/host-address.ts'

export interface ProbeAddress {
  readonly family: 'ipv4' | 'ipv6'
  /** In its shortest form and without a zone, so that two spellings of one address are equal. */
  readonly plain: string
  /** The interface of a link-local address; empty where none was named. */
  readonly zone: string
}

/**
 * Undefined for host names (a name is resolved before it is probed), and for IPv4 dressed as IPv6.
 */
export const parseProbeAddress = (text: string): ProbeAddress | undefined => {
  if (isIpv4(text)) return { family: 'ipv4', plain: text, zone: '' }
  if (!isIpv6(text)) return undefined
  const [address = '', zone = ''] = text.split('%')
  if (!isIPv6(address)) return undefined
  const { address: plain } = new SocketAddress({ address, family: 'ipv6' })
  return plain.startsWith('::ffff:') ? undefined : { family: 'ipv6', plain, zone }
}

/** With its zone, as `ping` takes it. */
export const zonedAddress = ({ plain, zone }: ProbeAddress): string =>
  zone === '' ? plain : `${plain}%${zone}`

/** Whether both texts are one address; false as soon as one of them is no address. */
export const isSameAddress = (one: string, other: string): boolean => {
  const parsed = parseProbeAddress(one)
  return parsed !== undefined && parsed.plain === parseProbeAddress(other)?.plain
}

/**
 * How many bits two addresses of one subnet have in common at least: what most networks are, or are
 * made of.
 */
const subnetBits = { ipv4: 24, ipv6: 64 } as const

/** Whether both lie in one subnet by their numbers, as far as those tell it. */
export const isBeside = (one: ProbeAddress, other: ProbeAddress): boolean => {
  if (one.family !== other.family || one.zone !== other.zone) return false
  const subnet = new BlockList()
  subnet.addSubnet(one.plain, subnetBits[one.family], one.family)
  return subnet.check(other.plain, other.family)
}
