/**
 * The url of a callback, taken apart. No resolver and no url parser with a mind of its own gets
 * near it.
 */
import { isIpv4, isIpv6 } from '../../base/net/host-address.ts'

export interface CallbackDestination {
  readonly isTls: boolean
  /** A literal address, without brackets. */
  readonly address: string
  readonly port: number
  /** Address and port as they were sent. */
  readonly host: string
  /** Path and query as they were sent. */
  readonly path: string
}

const charactersMax = 512

/**
 * Scheme, host of digits and dots or in brackets, port, path in plain ASCII. No user, no fragment.
 */
const shape = /^(https?):\/\/(([0-9.]+|\[[0-9a-f:.]+\])(?::([1-9][0-9]{0,4}))?)(\/[!"$-~]*)?$/i

/** Undefined for anything but an http or https url with a literal address. */
export const parseCallbackUrl = (text: string): CallbackDestination | undefined => {
  if (text.length > charactersMax) return undefined
  const [, scheme = '', host = '', name = '', portText, path = '/'] = shape.exec(text) ?? []
  const address = name.replaceAll(/[[\]]/g, '')
  if (!(name.startsWith('[') ? isIpv6(address) : isIpv4(address))) return undefined
  const isTls = scheme.toLowerCase() === 'https'
  const port = portText === undefined ? (isTls ? 443 : 80) : Number(portText)
  return port > 65_535 ? undefined : { isTls, address, port, host, path }
}
