import { isIPv6 } from 'node:net'
import { isIpv4 } from '../base/net/host-address.ts'
import type { ListenAddress } from '../http/admit/listener-rule.ts'

/** The kernel's limit of a unix socket's path, less its closing NUL. */
const socketPathBytesMax = 107

/**
 * Parses `127.0.0.1:7171`, `[::1]:7171` or `unix:/run/peerfence/peerfence.sock`; undefined for
 * anything else. Names are not accepted: what a name resolves to may be more than one address.
 */
export const parseListenAddress = (text: string): ListenAddress | undefined => {
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length)
    const isFit = /^\/[^\0]+$/.test(path) && Buffer.byteLength(path) <= socketPathBytesMax
    return isFit ? { kind: 'unix', path } : undefined
  }
  const [, v6, v4, portText] = /^(?:\[([^\]]+)\]|([0-9.]+)):([0-9]{1,5})$/.exec(text) ?? []
  const host = v6 ?? v4
  const port = Number(portText)
  if (host === undefined || port > 65_535) return undefined
  const isAddress = v6 === undefined ? isIpv4(host) : isIPv6(host)
  return isAddress ? { kind: 'tcp', host, port } : undefined
}

/** Whether only this host can reach the listener. */
export const isPrivate = (listen: ListenAddress): boolean =>
  listen.kind === 'unix' || listen.host.startsWith('127.') || listen.host === '::1'
