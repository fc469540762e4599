/** OpenSSH's known_hosts text: which keys are known for a name. Pure; see sshd(8). */
import { createHash, createHmac } from 'node:crypto'
import { isIP } from 'node:net'
import { plainAddress } from '../reach/resolve.ts'

export interface KnownHost {
  readonly isRevoked: boolean
  /** The first field: patterns with commas, or one hashed name. */
  readonly names: string
  readonly type: string
  readonly key: Buffer
  /** Whatever stands behind the key. */
  readonly comment: string
}

export interface KnownHosts {
  readonly entries: readonly KnownHost[]
  /** Lines that are no entry; they match nothing. */
  readonly malformed: number
}

const sshPort = 22

/**
 * The comment of a key that a first contact pinned (`accept-new`): nobody has said that it is the
 * right one. A line without it is a person's, or a configuration's.
 */
export const firstContactMark = 'peerfence-first-contact'

/** How a host is written in the file: `name`, or `[name]:port` where the port is not 22. */
export const hostPattern = (name: string, port: number): string =>
  port === sshPort ? name.toLowerCase() : `[${name.toLowerCase()}]:${port}`

export const parseKnownHosts = (text: string): KnownHosts => {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    // Certificates are not offered, so an authority's line has nothing to say.
    .filter((line) => line !== '' && !line.startsWith('#') && !/^@cert-authority\s/.test(line))
  const entries = lines.map(parseLine).filter((entry) => entry !== undefined)
  return { entries, malformed: lines.length - entries.length }
}

export const parseLine = (line: string): KnownHost | undefined => {
  const fields = line.split(/\s+/)
  const isRevoked = fields[0] === '@revoked'
  const [names, type = '', base64 = '', ...comment] = isRevoked ? fields.slice(1) : fields
  if (names === undefined) return undefined
  if (names.startsWith('@') || (names.startsWith('|') && parseHash(names) === undefined)) {
    return undefined
  }
  // A key that is cut, garbled or lost matches no key that is presented, and still makes its host a
  // known one: to skip the line would let the next key in as if it were the first.
  const key = Buffer.from(base64, 'base64')
  return { isRevoked, names, type, key, comment: comment.join(' ') }
}

/** The type that a public key's own bytes begin with; undefined for what is no key. */
export const keyType = (key: Buffer): string | undefined => {
  if (key.length < 4) return undefined
  const length = key.readUInt32BE(0)
  return key.length > 4 + length ? key.toString('latin1', 4, 4 + length) : undefined
}

const parseHash = (names: string): { readonly salt: Buffer; readonly hash: Buffer } | undefined => {
  const [first, version, salt, hash, ...rest] = names.split('|')
  if (first !== '' || version !== '1' || salt === undefined || hash === undefined) return undefined
  if (rest.length > 0) return undefined
  return { salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') }
}

/** The entries whose first field matches the pattern that `hostPattern` gives. */
export const entriesOf = ({ entries }: KnownHosts, host: string): readonly KnownHost[] =>
  entries.filter(({ names }) => matchesNames(names, host))

export const matchesNames = (names: string, host: string): boolean => {
  const hashed = parseHash(names)
  if (hashed !== undefined) {
    return createHmac('sha1', hashed.salt).update(host).digest().equals(hashed.hash)
  }
  const patterns = names.split(',')
  // One negated match takes the whole line out.
  if (patterns.some((one) => one.startsWith('!') && matchesGlob(one.slice(1), host))) return false
  return patterns.some((one) => !one.startsWith('!') && matchesGlob(one, host))
}

const matchesGlob = (glob: string, host: string): boolean => {
  if (!/[*?]/.test(glob)) return plainHost(glob.toLowerCase()) === host
  const source = glob
    .toLowerCase()
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll(/\*+/g, '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`).test(host)
}

/**
 * A line may spell its address in another way, or its port where it need not: it is the same host.
 */
const plainHost = (text: string): string => {
  const [, bracketed, port] = /^\[(.*)\]:(\d+)$/.exec(text) ?? []
  const name = bracketed ?? text
  const plain = isIP(name) === 0 ? name : plainAddress(name)
  return hostPattern(plain, port === undefined ? sshPort : Number(port))
}

/** Whether anybody but a first contact made this key known. */
export const isByPerson = (entries: readonly KnownHost[], key: Buffer): boolean =>
  entries.some((one) => !one.isRevoked && one.comment !== firstContactMark && one.key.equals(key))

export type KeyWord = 'known' | 'new' | 'changed' | 'revoked'

/**
 * What is known of a key under all names of a host. `hosts` holds the entries of one name each:
 * a name that knows only other keys decides against the key, whatever another name says.
 */
export const judgeKey = (hosts: readonly (readonly KnownHost[])[], key: Buffer): KeyWord => {
  const isThis = (entry: KnownHost): boolean => entry.key.equals(key)
  if (hosts.flat().some((entry) => entry.isRevoked && isThis(entry))) return 'revoked'
  const valid = hosts
    .map((entries) => entries.filter(({ isRevoked }) => !isRevoked))
    .filter((entries) => entries.length > 0)
  if (valid.length === 0) return 'new'
  return valid.every((entries) => entries.some(isThis)) ? 'known' : 'changed'
}

/** As `ssh-keygen -l` prints it: `SHA256:` and base64 without padding. */
export const fingerprint = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
