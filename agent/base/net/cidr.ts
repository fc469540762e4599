import { isIpv4, isIpv6 } from './host-address.ts'

/** A network, or one address as a network of its own. */
export interface Cidr {
  readonly address: string
  readonly prefix: number
  readonly family: 'ipv4' | 'ipv6'
}

/**
 * Accepts `10.0.0.0/8`, `fd00::/8` and single addresses; undefined for anything else, zones
 * included.
 */
export const parseCidr = (text: string): Cidr | undefined => {
  const [address = '', prefixText, ...rest] = text.split('/')
  const family = isIpv4(address) ? 'ipv4' : isIpv6(address) ? 'ipv6' : undefined
  if (family === undefined || address.includes('%') || rest.length > 0) return undefined
  const widest = family === 'ipv4' ? 32 : 128
  if (prefixText === undefined) return { address, prefix: widest, family }
  if (!/^(0|[1-9]\d{0,2})$/.test(prefixText)) return undefined
  const prefix = Number(prefixText)
  return prefix <= widest ? { address, prefix, family } : undefined
}
