/** The list of listeners: what a schema cannot say about it, and what it comes to. */
import { parseCidr } from '../base/net/cidr.ts'
import type { ListenerRule } from '../http/admit/listener-rule.ts'
import type { ConfigFault } from './config.ts'
import { isPrivate, parseListenAddress } from './listen-address.ts'
import { networkFaults } from './network-faults.ts'
import type { ConfigFile } from './schema.ts'

export type ListenerFile = NonNullable<NonNullable<ConfigFile['http']>['listeners']>[number]

export type ParsedListeners =
  | { readonly kind: 'parsed'; readonly listeners: readonly ListenerRule[] }
  | { readonly kind: 'faulty'; readonly faults: readonly ConfigFault[] }

export const parseListeners = (files: readonly ListenerFile[]): ParsedListeners => {
  const parsed = files.map(parseListener)
  const listeners = parsed.flatMap((one) => ('rule' in one ? [one.rule] : []))
  const faults = parsed.flatMap((one, index) =>
    one.faults.map(({ path, rule }) => ({ path: `/http/listeners/${index}${path}`, rule })),
  )
  const doubles = files.flatMap(({ at }, index) =>
    files.slice(0, index).every((other) => other.at !== at)
      ? []
      : [{ path: `/http/listeners/${index}/at`, rule: 'has to differ from every listener before' }],
  )
  const all = [...faults, ...doubles]
  return all.length > 0 ? { kind: 'faulty', faults: all } : { kind: 'parsed', listeners }
}

interface ParsedListener {
  readonly rule?: ListenerRule
  readonly faults: readonly ConfigFault[]
}

const parseListener = (file: ListenerFile): ParsedListener => {
  const at = parseListenAddress(file.at)
  if (at === undefined) {
    const rule = 'has to be "ADDRESS:PORT" with a literal address, "[ADDRESS]:PORT" or "unix:/PATH"'
    return { faults: [{ path: '/at', rule }] }
  }
  const { allowFrom = [], tls, tokensFile } = file
  const isShielded = isPrivate(at) || tls !== undefined
  const rule: ListenerRule = {
    at,
    allowFrom,
    requestCredentials: file.requestCredentials ?? (isShielded ? 'accept' : 'refuse'),
    ...(tls === undefined ? {} : { tls: { ...tls, clientNames: tls.clientNames ?? [] } }),
    ...(tokensFile === undefined ? {} : { tokensFile }),
    ...(file.serves === undefined ? {} : { serves: file.serves }),
    ...(file.passedOn === undefined ? {} : { passedOn: file.passedOn }),
  }
  const faults = [...networkFaults('/allowFrom', allowFrom), ...demandFaults(rule)]
  return { rule, faults }
}

/**
 * The widest networks that still say whom they allow: all of the Internet is no list of callers.
 */
const prefixMin = { ipv4: 8, ipv6: 16 } as const

const demandFaults = ({
  at,
  allowFrom,
  tls,
  tokensFile,
  passedOn,
}: ListenerRule): readonly ConfigFault[] => {
  const faults: ConfigFault[] = []
  const fault = (path: string, rule: string): void => {
    faults.push({ path, rule })
  }
  if (at.kind === 'unix' && tls !== undefined) fault('/tls', 'is not for a unix socket')
  if (at.kind === 'unix' && allowFrom.length > 0) {
    fault('/allowFrom', 'is not for a unix socket: its group is who may ask')
  }
  if (tls !== undefined && tls.clientNames.length > 0 && tls.clientCaFile === undefined) {
    fault('/tls/clientNames', 'needs tls.clientCaFile: names that nobody vouches for are none')
  }
  const isGuarded = tls?.clientCaFile !== undefined || tokensFile !== undefined
  if (passedOn === 'accept' && !isGuarded) {
    fault('/passedOn', 'needs tls.clientCaFile or tokensFile: who passes on has to be known')
  }
  if (isPrivate(at) || isGuarded) return faults
  if (allowFrom.length === 0) {
    fault(
      '',
      'is reachable from other machines and needs one of: tls with clientCaFile (client certificates), tokensFile (bearer tokens), allowFrom (addresses of the management nodes); or listen on 127.0.0.1, ::1 or a unix socket',
    )
  }
  for (const [index, text] of allowFrom.entries()) {
    const cidr = parseCidr(text)
    if (cidr !== undefined && cidr.prefix < prefixMin[cidr.family]) {
      fault(
        `/allowFrom/${index}`,
        `is too wide to be the only guard: at least /${prefixMin[cidr.family]}`,
      )
    }
  }
  return faults
}
