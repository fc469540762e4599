/** What the schema cannot spell about `neighbours`. The files themselves are read at start. */
import { literalAddress, insideOf } from '../base/net/networks.ts'
import { parsePeer, placeOf } from '../client/peer.ts'
import type { Config, ConfigFault, NeighbourConfig } from './config.ts'
import type { ListenerFile } from './listeners.ts'

const isLoopback = insideOf(['127.0.0.0/8', '::1/128'])

export const neighbourFaults = (
  { agents }: Config['neighbours'],
  listeners: readonly Pick<ListenerFile, 'at'>[],
): readonly ConfigFault[] =>
  agents.flatMap((one, index) => {
    const path = `/neighbours/agents/${index}`
    const rule = (property: string, text: string): ConfigFault[] => [
      { path: `${path}/${property}`, rule: text },
    ]
    const peer = parsePeer(one.url)
    if (peer === undefined || peer.domain !== undefined || peer.at.kind === 'unix') {
      return rule('url', 'has to be "https://HOST:PORT", without user, path or domain')
    }
    const { at } = peer
    const isHere = isLoopback(at.host)
    if (!at.isTls && !isHere) {
      return rule('url', 'has to be https: a death is believed of whoever answers there')
    }
    if (listeners.some((listener) => isAt(listener.at, at))) {
      return rule('url', 'is a listener of this very agent')
    }
    const places = agents.slice(0, index).map(({ url }) => {
      const other = parsePeer(url)
      return other && placeOf(other)
    })
    if (places.includes(placeOf(peer))) return rule('url', 'has to differ from every one before')
    return credentialFaults(one, rule)
  })

const credentialFaults = (
  { certificateFile, keyFile, tokenFile }: NeighbourConfig,
  rule: (property: string, text: string) => ConfigFault[],
): readonly ConfigFault[] => {
  if (certificateFile !== undefined && keyFile === undefined) {
    return rule('keyFile', 'is missing beside certificateFile')
  }
  if (keyFile !== undefined && certificateFile === undefined) {
    return rule('certificateFile', 'is missing beside keyFile')
  }
  return certificateFile === undefined && tokenFile === undefined
    ? rule('tokenFile', 'is missing: it, or certificateFile and keyFile, tell who passes on')
    : []
}

const isAt = (
  listener: string,
  { host, port }: { readonly host: string; readonly port: number },
): boolean => {
  const found = parsePeer(listener)
  return (
    found?.at.kind === 'tcp' &&
    found.at.port === port &&
    literalAddress(found.at.host)?.address === literalAddress(host)?.address
  )
}
