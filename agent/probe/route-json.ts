/** What `ip -j route` and `ip -j link` say about the way to an address. */
import { isSameAddress, parseProbeAddress } from './address.ts'
import { isObject, readObjects, textField, textsField } from './json-shape.ts'
import type { JsonObject } from './json-shape.ts'

export type Route =
  | { readonly kind: 'on-link'; readonly device: string; readonly source: string }
  | {
      readonly kind: 'off-link'
      readonly device: string
      readonly source: string
      readonly gateway: string
    }
  /** Our own address. */
  | { readonly kind: 'local' }
  /** No unicast route, or a text that is not understood. */
  | { readonly kind: 'none' }

/** Linux allows 15 bytes, no slash, no blank. */
const deviceName = /^[^\s/]{1,15}$/

/**
 * Reads `ip -j route get ADDRESS`: one object, `type` only where the route is not plain unicast.
 */
export const readRoute = (address: string, text: string): Route => {
  const [route, ...more] = readObjects(text) ?? []
  if (route === undefined || more.length > 0) return { kind: 'none' }
  const type = textField(route, 'type') ?? 'unicast'
  if (type === 'local') return { kind: 'local' }
  const device = deviceOf(route)
  if (type !== 'unicast' || device === undefined) return { kind: 'none' }
  if (!isSameAddress(textField(route, 'dst') ?? '', address)) return { kind: 'none' }
  const source = textField(route, 'prefsrc') ?? ''
  if (!('gateway' in route) && !('via' in route)) return { kind: 'on-link', device, source }
  const gateway = gatewayOf(route)
  return gateway === undefined
    ? { kind: 'none' }
    : { kind: 'off-link', device, source, gateway: gateway.address }
}

/**
 * Reads `ip -j route show default`: every gateway, with its interface where the address needs one.
 */
export const readGateways = (text: string): readonly string[] =>
  (readObjects(text) ?? [])
    .flatMap((route) => [route, ...nexthopsOf(route)])
    .flatMap((hop) => {
      const gateway = gatewayOf(hop)
      if (gateway === undefined) return []
      return [zonedGateway(gateway.address, gateway.device)]
    })

/** A link-local address means nothing without its interface. */
export const zonedGateway = (address: string, device: string): string =>
  /^fe[89ab]/i.test(address) ? `${address}%${device}` : address

/** Reads `ip -j link show dev DEVICE`: switched on, and with a carrier. */
export const isLinkUp = (device: string, text: string): boolean => {
  const [link, ...more] = readObjects(text) ?? []
  if (link === undefined || more.length > 0 || textField(link, 'ifname') !== device) return false
  const flags = textsField(link, 'flags') ?? []
  return flags.includes('UP') && flags.includes('LOWER_UP') && !flags.includes('NO-CARRIER')
}

const nexthopsOf = (route: JsonObject): readonly JsonObject[] => {
  const hops = route['nexthops']
  return Array.isArray(hops) ? hops.filter(isObject) : []
}

const deviceOf = (route: JsonObject): string | undefined => {
  const device = textField(route, 'dev')
  return device !== undefined && deviceName.test(device) ? device : undefined
}

/** `gateway` is of the route's own family; `via` names an IPv6 gateway of an IPv4 route. */
const gatewayOf = (route: JsonObject) => {
  const { via } = route
  const address =
    textField(route, 'gateway') ?? (isObject(via) ? textField(via, 'host') : undefined)
  const device = deviceOf(route)
  if (address === undefined || device === undefined) return undefined
  return parseProbeAddress(address) === undefined ? undefined : { address, device }
}
