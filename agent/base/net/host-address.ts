declare const brand: unique symbol

/**
 * An IPv4 address, an IPv6 address or a host name. It is parsed once, at the edge, and holds no
 * character that a tool could take for an option.
 */
export type HostAddress = string & { readonly [brand]: 'HostAddress' }

/** With `_`, which no standard allows in a host name and every resolver takes. */
const hostName = /^(?=.{1,253}$)(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?$/i
const allNumeric = /^[0-9.]+$/
const ipv4 = /^((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.|$)){4}$/
const ipv6Characters = /^[0-9a-f:.]+(%[0-9a-z._-]{1,15})?$/i

/** Whether the text is a dotted quad without leading zeros. */
export const isIpv4 = (text: string): boolean => ipv4.test(text) && !text.endsWith('.')

/**
 * Whether the text is an IPv6 address, with an optional zone. Shape only: eight groups, at most one
 * `::`.
 */
export const isIpv6 = (text: string): boolean => {
  if (!ipv6Characters.test(text)) return false
  const [address = ''] = text.split('%')
  const halves = address.split('::')
  if (halves.length > 2) return false
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')))
  const last = groups.at(-1)
  const hasQuad = last !== undefined && last.includes('.')
  if (hasQuad && !isIpv4(last)) return false
  const plain = hasQuad ? groups.slice(0, -1) : groups
  if (!plain.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return false
  const count = plain.length + (hasQuad ? 2 : 0)
  return halves.length === 2 ? count <= 7 : count === 8
}

/**
 * Undefined for anything that is no address and no host name; `1.2.3` and `999.1.1.1` are neither.
 */
export const parseHostAddress = (text: string): HostAddress | undefined => {
  if (isIpv4(text) || isIpv6(text)) {
    // A zone is the name of an interface of ours, and case matters in it.
    const [address = '', ...zone] = text.split('%')
    return [address.toLowerCase(), ...zone].join('%') as HostAddress
  }
  if (allNumeric.test(text) || !hostName.test(text)) return undefined
  return text.toLowerCase() as HostAddress
}
