/**
 * Where answers may be sent: a caller names the url, and must not turn this agent against others.
 */
import { plainRejection } from '../../contract/reply/rejection.ts'
import type { Rejection } from '../../contract/reply/rejection.ts'
import { insideOf, literalAddress } from '../../base/net/networks.ts'

/**
 * Never, whatever the configuration says: link-local (where clouds keep their metadata),
 * unspecified, multicast, broadcast and reserved, and every way to dress an IPv4 address as IPv6
 * but the mapped one, which `literalAddress` undresses.
 */
const isForbidden = insideOf([
  '0.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/4',
  '240.0.0.0/4',
  'fe80::/10',
  'ff00::/8',
  '::/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '2001::/32',
  '2002::/16',
])
const isLoopback = insideOf(['127.0.0.0/8', '::1/128'])

/** Whether anything may ever be sent to this address. A host name is no address. */
export const mayReach = (address: string): boolean => {
  const literal = literalAddress(address)?.address
  return literal !== undefined && (literal === '::1' || !isForbidden(literal))
}

/** The caller's end of a connection: `this-host` over a unix socket; undefined where it is gone. */
export type CallerAddress = { readonly address: string } | 'this-host' | undefined

export const callerAddress = (address: string | undefined, isUnix: boolean): CallerAddress => {
  if (isUnix) return 'this-host'
  // A connection that was reset has no address any more: it must not pass for this host.
  const literal = literalAddress(address ?? '')?.address
  if (literal === undefined) return undefined
  return isLoopback(literal) ? 'this-host' : { address: literal }
}

/** Undefined where an answer to this caller may be sent to this literal address. */
export const allowedCallbacks = (
  networks: readonly string[],
): ((address: string, caller: CallerAddress) => Rejection | undefined) => {
  const isListed = insideOf(networks)
  return (address, caller) => {
    if (!mayReach(address)) {
      return refuse('a link-local, unspecified, multicast or reserved address takes no answer')
    }
    const isCallers =
      caller === 'this-host'
        ? isLoopback(address)
        : caller !== undefined && literalAddress(address)?.address === caller.address
    return isCallers || isListed(address) ? undefined : refuse()
  }
}

const refuse = (rule?: string): Rejection => {
  const plain = plainRejection('FENCE_CALLBACK_NOT_ALLOWED')
  return { ...plain, field: 'callbackurl', rule: rule ?? plain.rule }
}
