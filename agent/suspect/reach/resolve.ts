/** The suspect's names to literal addresses. */
import { lookup } from 'node:dns/promises'
import { SocketAddress, isIP } from 'node:net'
import type { HostAddress } from '../../base/net/host-address.ts'
import type { Within } from '../../base/time/deadline.ts'
import { windowIn } from '../../base/time/deadline.ts'

/**
 * How long the system's resolver may take for all names together, in ms, at least: of a longer
 * budget a third, because a resolver whose first server is dead needs 5 s.
 */
export const resolveWindowMs = 3000

/** How many addresses of one suspect are tried; what is beyond is never called silent. */
export const addressesMax = 8

export interface ResolvedAddress {
  /**
   * A literal in the one form that it has; an IPv4-mapped IPv6 address is the IPv4 address that it
   * is.
   */
  readonly address: string
  /** The host name that gave it; undefined where the request named the address itself. */
  readonly name: string | undefined
}

export interface Resolved {
  /** In the order of the request, each address once, at most `addressesMax`. */
  readonly addresses: readonly ResolvedAddress[]
  /** What was left out over the limit. */
  readonly leftOut: readonly ResolvedAddress[]
  /**
   * Whether every name gave at least one address: without that, silence is not known everywhere.
   */
  readonly isComplete: boolean
}

/** The system's resolver; a seam for one that hangs. */
export type Lookup = (name: string) => Promise<readonly string[]>

export const systemLookup: Lookup = async (name) => {
  const found = await lookup(name, { all: true, verbatim: true })
  return found.map(({ address }) => address)
}

/** Bounded by its window and the budget; a name that fails or is late gives no address. */
export const resolve = async (
  names: readonly HostAddress[],
  find: Lookup,
  within: Within,
): Promise<Resolved> => {
  const done = new AbortController()
  const windowMs = Math.max(resolveWindowMs, within.deadline.leftMs() / 3)
  const late = within.clock
    .wait(windowIn(windowMs, within), AbortSignal.any([within.signal, done.signal]))
    .then((): readonly ResolvedAddress[] => [])
  const found = await Promise.all(names.map((name) => Promise.race([resolveOne(name, find), late])))
  done.abort()
  const all = found.flat()
  const once = all.filter(
    ({ address }, index) => all.findIndex((other) => other.address === address) === index,
  )
  return {
    addresses: once.slice(0, addressesMax),
    leftOut: once.slice(addressesMax),
    isComplete: found.every((addresses) => addresses.length > 0),
  }
}

const resolveOne = async (name: HostAddress, find: Lookup): Promise<readonly ResolvedAddress[]> => {
  if (isIP(name) !== 0) return [{ address: plainAddress(name), name: undefined }]
  try {
    const found = await find(name)
    return found.map((address) => ({ address: plainAddress(address), name }))
  } catch {
    // Not found, no resolver, resolver in trouble: for us all of them are "no address".
    return []
  }
}

const mapped = /^(?:0{0,4}:){2,5}ffff:(.+)$/i
const hexQuad = /^([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i

/**
 * `::ffff:10.0.0.1` and `::ffff:a00:1` are 10.0.0.1, `fd00:0::01` is fd00::1: one host, one name,
 * one neighbour entry. Another spelling must not make a host whose key is known a new one. A zone
 * (`fe80::1%eth0`) stays, the address means nothing without it.
 */
export const plainAddress = (address: string): string => {
  const rest = mapped.exec(address)?.[1]
  if (rest === undefined) return shortest(address)
  if (isIP(rest) === 4) return rest
  const groups = hexQuad.exec(rest)
  if (groups === null) return shortest(address)
  const [high = 0, low = 0] = groups.slice(1).map((group) => Number.parseInt(group, 16))
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

const shortest = (address: string): string => {
  const [bare = '', ...zone] = address.split('%')
  if (isIP(bare) !== 6) return address
  return [new SocketAddress({ address: bare, family: 'ipv6' }).address, ...zone].join('%')
}
