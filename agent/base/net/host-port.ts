/** `HOST`, `HOST:PORT`, `[ADDRESS]:PORT`, as people write them. */
import { isIP } from 'node:net'
import { parseHostAddress } from './host-address.ts'
import type { HostAddress } from './host-address.ts'

export interface HostPort {
  readonly host: HostAddress
  readonly port: number
}

export const sshPort = 22

/** Those of them that name a host, with the port of sshd where they name none. */
export const hostPortsOf = (texts: readonly string[]): readonly HostPort[] =>
  texts.flatMap((text) => parseHostPort(text, undefined) ?? [])

/** `ADDRESS`, `ADDRESS:PORT`, `[ADDRESS]:PORT`; undefined for a host name, too. */
export const parseAddressPort = (
  text: string,
): { readonly address: string; readonly port: number | undefined } | undefined => {
  if (isIP(text) !== 0) return { address: text, port: undefined }
  const parsed = parseHostPort(text, undefined)
  return parsed === undefined || isIP(parsed.host) === 0
    ? undefined
    : { address: parsed.host, port: parsed.port }
}

/** The other way: an IPv6 address in brackets. */
export const hostPortText = (host: string, port: number): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`

/** Undefined for what is no host, no port, or names two ports. */
export const parseHostPort = (text: string, portText: string | undefined): HostPort | undefined => {
  const whole = parseHostAddress(text)
  // An IPv6 address is full of colons: a port behind it needs brackets.
  const parts =
    whole === undefined ? (/^\[(.+)\](?::(\d+))?$|^([^:]+):(\d+)$/.exec(text) ?? []) : []
  const host = whole ?? parseHostAddress(parts[1] ?? parts[3] ?? '')
  const inner = parts[2] ?? parts[4]
  if (inner !== undefined && portText !== undefined && inner !== portText) return undefined
  const digits = inner ?? portText ?? String(sshPort)
  const port = /^[1-9]\d{0,4}$/.test(digits) ? Number(digits) : 0
  if (host === undefined || port < 1 || port > 65_535) return undefined
  return { host, port }
}
