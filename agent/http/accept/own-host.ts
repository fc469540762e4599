/** Whether a request names the very host that it was sent to: a host cannot judge itself. */
import { readFileSync } from 'node:fs'
import { hostname, networkInterfaces } from 'node:os'
import type { NetworkInterfaceInfo } from 'node:os'
import type { FenceRequest } from '../../fence/request.ts'
import type { Rejection } from '../../contract/reply/rejection.ts'
import { insideOf, literalAddress } from '../../base/net/networks.ts'

/** This host as it is now: addresses and ids can change while the agent runs. */
export interface OwnHost {
  readonly addresses: () => readonly string[]
  readonly names: () => readonly string[]
  readonly hostUuids: () => readonly string[]
}

/** Where the management plane's agent writes the host's uuid as `host=<uuid>`. */
export const zstackUuidsFile = '/etc/zstack-uuids'

export const readOwnHost = (configuredUuid: string, uuidsFile: string): OwnHost => ({
  addresses: () =>
    // The type allows for names without a list; the call itself lists no such name.
    Object.values(networkInterfaces() as Record<string, readonly NetworkInterfaceInfo[]>)
      .flat()
      .map(({ address }) => address),
  names: () => [hostname()],
  hostUuids: () => [configuredUuid, readHostUuid(uuidsFile)].filter((uuid) => uuid !== ''),
})

/** Empty where the file is missing or says nothing: most hosts have none. */
const readHostUuid = (file: string): string => {
  try {
    return /^host=([A-Za-z0-9-]{1,64})\s*$/m.exec(readFileSync(file, 'utf8'))?.[1] ?? ''
  } catch {
    // Missing or not readable: the address rules below, and the machine's own ids later, still
    // hold.
    return ''
  }
}

const isLoopback = insideOf(['127.0.0.0/8', '::1'])
/** Unspecified addresses reach the own host; multicast and broadcast reach nobody in particular. */
const isNoHost = insideOf(['0.0.0.0/8', '::', '224.0.0.0/4', 'ff00::/8', '255.255.255.255'])

export interface OwnHostConfig {
  /** For tests and demonstrations: a suspect on loopback is accepted. */
  readonly allowLoopback: boolean
}

/** Undefined where the target is some other host, as far as its names can tell. */
export const ownHostRefusal = (
  suspect: FenceRequest['suspect'],
  own: OwnHost,
  rules: OwnHostConfig,
): Rejection | undefined => {
  const uuid = plainUuid(suspect.hostUuid)
  if (uuid !== '' && own.hostUuids().some((one) => plainUuid(one) === uuid)) {
    return refuse('targetHostUuid', 'this is the uuid of the host that was asked; ask another peer')
  }
  for (const [index, address] of suspect.addresses.entries()) {
    const rule = ruleAgainst(address, own, rules)
    if (rule !== undefined)
      return refuse(index === 0 ? 'targetHostIp' : 'targetHostAddresses', rule)
  }
  return undefined
}

const ruleAgainst = (address: string, own: OwnHost, rules: OwnHostConfig): string | undefined => {
  const literal = literalAddress(address)?.address
  const name = address.replace(/\.$/, '')
  const isLoopbackName = name === 'localhost' || name.endsWith('.localhost')
  if (isNoHost(address)) return 'an unspecified, multicast or broadcast address names no other host'
  if (isLoopback(address) || isLoopbackName) {
    return rules.allowLoopback ? undefined : 'a loopback address is the host that was asked'
  }
  if (literal === undefined) {
    const names = own.names().map((one) => one.toLowerCase())
    return names.includes(name) ? 'this is the name of the host that was asked' : undefined
  }
  const isOwn = own.addresses().some((one) => literalAddress(one)?.address === literal)
  return isOwn ? 'this is an address of the host that was asked; ask another peer' : undefined
}

const plainUuid = (uuid: string): string => uuid.replaceAll('-', '').toLowerCase()

const refuse = (field: string, rule: string): Rejection => ({
  code: 'FENCE_TARGET_IS_OWN_HOST',
  field,
  rule,
})
