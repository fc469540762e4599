/**
 * How a peer is named: `10.0.0.2:7171`, `https://kvm-2:7171`, `unix:/run/...`, each with `@rack-1`
 * for its failure domain.
 */

export interface Peer {
  /** As it was written, without its failure domain. */
  readonly name: string
  /** What fails together, where it was told: peers of one domain count as one. */
  readonly domain: string | undefined
  readonly at: PeerPlace
}

export type PeerPlace =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly isTls: boolean; readonly host: string; readonly port: number }

const defaultPort = 7171

const shape =
  /^(?:(https?):\/\/)?(?:\[([0-9a-fA-F:.]+)\]|([0-9A-Za-z](?:[0-9A-Za-z.-]*[0-9A-Za-z])?))(?::([1-9]\d{0,4}))?\/?$/

/** Undefined for anything else: a path, a user, a bare IPv6 address, which needs brackets. */
export const parsePeer = (text: string): Peer | undefined => {
  const [, name = '', domain] = /^([^@]*)(?:@([0-9A-Za-z._-]{1,64}))?$/.exec(text) ?? []
  if (name.startsWith('unix:')) {
    const path = name.slice('unix:'.length)
    return path.startsWith('/') ? { name, domain, at: { kind: 'unix', path } } : undefined
  }
  const [, scheme, v6, plain, portText] = shape.exec(name) ?? []
  const host = v6 ?? plain
  const port = portText === undefined ? defaultPort : Number(portText)
  if (host === undefined || port > 65_535) return undefined
  return { name, domain, at: { kind: 'tcp', isTls: scheme === 'https', host, port } }
}

/** What two peers must not have in common, for them to be two. */
export const placeOf = ({ at }: Peer): string =>
  at.kind === 'unix' ? at.path : `${at.host.toLowerCase()} ${at.port}`
