import type { FenceRequest } from '../../fence/request.ts'
import type { Rejection } from '../../contract/reply/rejection.ts'
import { insideOf, literalAddress } from '../../base/net/networks.ts'

/** The allow-list of suspects as it is now; a reload replaces it. */
export interface AllowedSuspects {
  readonly refusalOf: (suspect: FenceRequest['suspect']) => Rejection | undefined
  readonly replace: (networks: readonly string[]) => void
}

export const createAllowedSuspects = (networks: readonly string[]): AllowedSuspects => {
  let refusalOf = refusalFor(networks)
  return {
    refusalOf: (suspect) => refusalOf(suspect),
    replace: (fresh) => {
      refusalOf = refusalFor(fresh)
    },
  }
}

/**
 * Without networks every address is allowed; with them every address of the request has to be
 * inside, and names are refused, because what a name resolves to is decided later.
 */
const refusalFor = (networks: readonly string[]): AllowedSuspects['refusalOf'] => {
  const isInside = insideOf(networks)
  return ({ addresses }) => {
    if (networks.length === 0) return undefined
    const index = addresses.findIndex((address) => !isInside(address))
    const outside = addresses[index]
    if (outside === undefined) return undefined
    return {
      code: 'FENCE_TARGET_NOT_ALLOWED',
      field: index === 0 ? 'targetHostIp' : 'targetHostAddresses',
      rule:
        literalAddress(outside) === undefined
          ? 'a host name is not accepted where suspects.networks is set; send an address'
          : 'the address is outside of suspects.networks',
    }
  }
}
