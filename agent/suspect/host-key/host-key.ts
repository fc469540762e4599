/** Which host is this really: the policy over the known hosts file. */
import type { ServerHostKeyAlgorithm } from 'ssh2'
import {
  entriesOf,
  fingerprint,
  firstContactMark,
  hostPattern,
  isByPerson,
  judgeKey,
  keyType,
} from './known-hosts.ts'
import type { KnownHost, KnownHosts } from './known-hosts.ts'
import type { KnownHostsFile } from './known-hosts-file.ts'
import type { SessionEnd } from '../session-end.ts'

export type HostKeyPolicy = 'strict' | 'accept-new'

/** The host keys of one host, for one session. */
export interface HostKeyGate {
  /**
   * What to offer: of a known host only the types that are known, so that it shows the key we know.
   */
  readonly algorithms: readonly ServerHostKeyAlgorithm[]
  /**
   * Whether these are the known types alone: a host without any of them is not the host that is
   * known.
   */
  readonly isPinned?: boolean
  /** Says why a key is refused; undefined for a key that may go on. */
  readonly refusalOf: (key: Buffer) => SessionEnd | undefined
  /**
   * To be called with a key that has proven itself, before any credential leaves: records it where
   * it is new. Undefined when the login may go on.
   */
  readonly admit: (key: Buffer) => Promise<SessionEnd | undefined>
}

export interface KnownGate extends HostKeyGate {
  /** Every name under which the host is looked up. */
  readonly hosts: readonly string[]
  /** Whether a person, or a configuration, made this key known, and not a first contact alone. */
  readonly isByPerson: (key: Buffer) => boolean
  /** Fingerprints of the keys that are known of this host, for people. */
  readonly known: readonly string[]
}

/** An RSA key signs by SHA-2 only; its old SHA-1 form is not offered. */
export const algorithmsByType: Readonly<Record<string, readonly ServerHostKeyAlgorithm[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
}
const allAlgorithms = Object.values(algorithmsByType).flat()

/**
 * Without group exchange: checking its primes blocks the whole process for 2 to 36 s. The nistp
 * curves keep hosts in FIPS mode reachable.
 */
export const keyExchanges = [
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp256',
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
  'diffie-hellman-group16-sha512',
  'diffie-hellman-group14-sha256',
] as const

/**
 * `names` are the address that was dialled and, where the request gave one, the host name.
 * The file that cannot be read gives the reason to refuse instead of a gate.
 */
export const openHostKeyGate = async (
  names: readonly string[],
  port: number,
  policy: HostKeyPolicy,
  file: KnownHostsFile,
): Promise<KnownGate | 'known-hosts-unreadable'> => {
  const read = await file.read()
  if (read.kind === 'unreadable') return 'known-hosts-unreadable'
  const hosts = names.map((name) => hostPattern(name, port))
  const before = hosts.map((host) => entriesOf(read.known, host))
  const types = knownAlgorithms(before.flat())
  return {
    hosts,
    isByPerson: (key) => isByPerson(before.flat(), key),
    // Where only types are known that cannot be offered, the key that comes is judged as changed.
    algorithms: types.length > 0 ? types : allAlgorithms,
    isPinned: types.length > 0,
    known: fingerprintsOf(before.flat()),
    refusalOf: (key) => refusal(judgeKey(before, key), policy),
    admit: async (key) => {
      const word = judgeKey(before, key)
      if (word !== 'new' || policy === 'strict') return refusal(word, policy)
      const kept = await file.append((known) => record(known, hosts, key))
      switch (kept) {
        case 'kept':
          return undefined
        case 'refused':
          return 'host-key-changed'
        case 'failed':
          return 'host-key-unrecorded'
      }
    },
  }
}

/** Judged again on the file as it is now: another fence may have recorded a key since. */
const record = (known: KnownHosts, hosts: readonly string[], key: Buffer) => {
  const now = hosts.map((host) => entriesOf(known, host))
  switch (judgeKey(now, key)) {
    case 'known':
      return { kind: 'nothing' } as const
    case 'changed':
    case 'revoked':
      return { kind: 'refuse' } as const
    case 'new': {
      const type = keyType(key)
      // A line that could not be read back would be forgotten, and the next key be new again.
      if (type === undefined) return { kind: 'refuse' } as const
      const line = `${hosts.join(',')} ${type} ${key.toString('base64')} ${firstContactMark}`
      return { kind: 'line', line } as const
    }
  }
}

const refusal = (
  word: ReturnType<typeof judgeKey>,
  policy: HostKeyPolicy,
): SessionEnd | undefined => {
  switch (word) {
    case 'known':
      return undefined
    case 'changed':
      return 'host-key-changed'
    case 'revoked':
      return 'host-key-revoked'
    case 'new':
      return policy === 'accept-new' ? undefined : 'host-key-unknown'
  }
}

/** Not of a garbled key, which has none. */
const fingerprintsOf = (entries: readonly KnownHost[]): readonly string[] => [
  ...new Set(
    entries
      .filter(({ isRevoked, key, type }) => !isRevoked && keyType(key) === type)
      .map(({ key }) => fingerprint(key)),
  ),
]

const knownAlgorithms = (entries: readonly KnownHost[]): readonly ServerHostKeyAlgorithm[] => {
  const types = new Set(entries.filter(({ isRevoked }) => !isRevoked).map(({ type }) => type))
  return [...types].flatMap((type) => algorithmsByType[type] ?? [])
}
