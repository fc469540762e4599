/** `trust HOST`: what it offers, what is known of it, and the pin after a confirmation. */
import { asciiJson } from '../../base/text/ascii-json.ts'
import { standingsOf } from '../../suspect/host-key/key-standing.ts'
import type { KeyStanding } from '../../suspect/host-key/key-standing.ts'
import { withKeys } from '../../suspect/host-key/known-hosts-edit.ts'
import type { KnownHostsFile } from '../../suspect/host-key/known-hosts-file.ts'
import { fingerprint, parseKnownHosts } from '../../suspect/host-key/known-hosts.ts'
import { exitCodes } from '../exit-code.ts'
import type { ExitCode } from '../exit-code.ts'
import type { HostPort } from '../../base/net/host-port.ts'
import { prompt } from '../prompt.ts'
import type { Terminal } from '../subcommand.ts'
import { decideTrust } from './trust-decision.ts'
import type { Decision, Wish } from './trust-decision.ts'
import type { OfferedBy, Seen } from './offered-by.ts'

export interface TrustRequest {
  readonly target: HostPort
  readonly wish: Wish
  readonly isJson: boolean
}

export const trustHost = async (
  { target, wish, isJson }: TrustRequest,
  offered: OfferedBy,
  store: KnownHostsFile,
  terminal: Terminal,
): Promise<ExitCode> => {
  const fail = (because: string, code: ExitCode = exitCodes.notDone): ExitCode => {
    terminal.err(`peerfence: ${because}\n`)
    return code
  }
  if (offered.kind === 'unavailable')
    return fail(offered.because.join('; '), exitCodes.hostUnavailable)
  if (offered.kind === 'several-hosts') {
    return fail('the addresses of the host show different keys; trust each address by itself')
  }
  const read = await store.read()
  if (read.kind === 'unreadable') return fail('the known hosts file cannot be read')
  const standings = standingsOf(read.known, offered.names, offered.keys)
  if (!isJson) terminal.out(describe(target, offered, standings))
  const decision = await confirmed(decideTrust(standings, wish), wish, isJson, terminal)
  const told = (pinned: readonly KeyStanding[], code: ExitCode): ExitCode => {
    if (isJson) terminal.out(`${asciiJson(jsonOf(target, offered, standings, pinned))}\n`)
    else if (pinned.length > 0) terminal.out(`pinned for ${offered.names.join(', ')}\n`)
    return code
  }
  switch (decision.kind) {
    case 'nothing-to-do':
      return told([], exitCodes.done)
    case 'refused':
    case 'ask':
      fail(decision.kind === 'ask' ? unanswered : `nothing was pinned: ${decision.because}`)
      return told([], exitCodes.notDone)
    case 'pin': {
      const because = await pin(decision.keys, standings, offered, wish, store)
      if (because === undefined) return told(decision.keys, exitCodes.done)
      fail(`nothing was pinned: ${because}`)
      return told([], exitCodes.notDone)
    }
  }
}

const unanswered =
  'nothing was pinned: without a terminal, give the --fingerprint of the key, or --yes to trust blindly'

const confirmed = async (
  decision: Decision,
  wish: Wish,
  isJson: boolean,
  terminal: Terminal,
): Promise<Decision> => {
  if (decision.kind !== 'ask' || isJson || !terminal.isTerminal) return decision
  const answer = await prompt('Trust these keys (yes, no, or the fingerprint of one)? ', terminal)
  if (answer === 'yes') return { kind: 'pin', keys: decision.keys }
  if (!answer.startsWith('SHA256:')) return { kind: 'refused', because: 'not confirmed' }
  return decideTrust(decision.keys, { ...wish, fingerprint: answer })
}

/** Undefined once the keys are on disk, else why they are not. */
const pin = async (
  keys: readonly KeyStanding[],
  standings: readonly KeyStanding[],
  { names, keys: shown }: Seen,
  { mayReplace }: Wish,
  store: KnownHostsFile,
): Promise<string | undefined> => {
  let because = 'the known hosts file changed meanwhile; look again'
  const kept = await store.rewrite((text) => {
    // The person confirmed what was known then; another process may have written since.
    const now = standingsOf(parseKnownHosts(text), names, shown)
    if (!isSame(now, standings)) return { kind: 'refuse' }
    const pinned = withKeys(
      text,
      names,
      keys.map(({ key }) => key),
      mayReplace ? shown : undefined,
    )
    if (pinned.kind === 'text') return pinned
    because = `the known key stands in a line with a pattern (line ${pinned.lines.join(', ')} of the file), which other hosts may need; change it by hand`
    return { kind: 'refuse' }
  })
  switch (kept) {
    case 'kept':
      return undefined
    case 'refused':
      return because
    case 'failed':
      return 'the known hosts file could not be written'
  }
}

const isSame = (some: readonly KeyStanding[], others: readonly KeyStanding[]): boolean =>
  asText(some) === asText(others)

const asText = (standings: readonly KeyStanding[]): string =>
  standings.map((one) => `${one.fingerprint} ${wordOf(one)}`).join()

const describe = (
  { host, port }: HostPort,
  { addresses, unreached }: Seen,
  standings: readonly KeyStanding[],
): string => {
  const lines = [
    `${host} port ${port} at ${addresses.join(', ')}`,
    ...standings.map((one) => `  ${one.type.padEnd(19)} ${one.fingerprint} ${wordOf(one)}`),
    ...unreached.map(
      ({ address, because }) => `  ${address} was not reached (${because}): not pinned`,
    ),
  ]
  return `${lines.join('\n')}\n`
}

const wordOf = ({ is, instead }: KeyStanding): string => {
  const known = instead.map(({ type, key }) => `${type} ${fingerprint(key)}`)
  if (is === 'changed') return `CHANGED, known is ${known.join(' and ')}`
  return is === 'met' ? 'known by a first contact alone' : is
}

const jsonOf = (
  { host, port }: HostPort,
  { addresses, unreached }: Seen,
  standings: readonly KeyStanding[],
  pinned: readonly KeyStanding[],
): object => ({
  host,
  port,
  addresses,
  unreached,
  keys: standings.map((one) => ({
    type: one.type,
    fingerprint: one.fingerprint,
    state: one.is,
    known: one.instead.map(({ key }) => fingerprint(key)),
    pinned: pinned.includes(one),
  })),
})
