/** What one session logs in with. Only `suspect/` reveals those of a request. */
import type { ParsedKey } from 'ssh2'
import type { SuspectTarget } from '../../fence/request.ts'
import type { LoginEntry, Logins, OwnCredentials } from './logins.ts'
import type { ProgramLogin } from '../program/program.ts'
import { parsePrivateKey } from './private-key.ts'
import type { NoKey } from './private-key.ts'

export interface Credentials {
  readonly keys: readonly ParsedKey[]
  readonly password: string | undefined
}

/** Why there is nothing to log in with. */
export type NoCredentials = 'credentials-unusable' | 'key-not-understood' | 'key-locked'

export interface Login extends ProgramLogin {
  readonly credentials: Credentials
  /** Which of our entries it is, for people; empty without one. */
  readonly by: string
}

/**
 * How to log in to this suspect. The first entry that names any address of it has to name them all:
 * the connection goes to whichever address answers first, so that a secret for one network would
 * else be offered in another; and a caller could steer, by one address more, to the login of a
 * later entry.
 */
export const loginFor = (
  target: SuspectTarget,
  { entries, otherwise }: Logins,
): Login | 'login-divided' | NoCredentials => {
  const index = entries.findIndex(({ isFor }) => target.addresses.some(isFor))
  const entry = entries[index]
  if (entry === undefined) {
    const credentials = readCredentials(target, otherwise)
    if (typeof credentials === 'string') return credentials
    return { user: target.user, credentials, program: 'sent', by: '' }
  }
  if (!target.addresses.every(entry.isFor)) return 'login-divided'
  const { user = target.user, program } = entry
  const credentials = isWholeLogin(entry)
    ? readCredentials({}, entry.own)
    : readCredentials(target, entry.own)
  if (typeof credentials === 'string') return credentials
  return { user, credentials, program, by: `by ssh.logins/${index}: ` }
}

/**
 * Whether nothing of the request's own is used: it belongs to another user, or would open a shell
 * where the program is installed for a key of ours alone.
 */
const isWholeLogin = ({ user, program }: LoginEntry): boolean =>
  user !== undefined || program === 'installed'

/**
 * The request's key, else the agent's own; the request's password, else the agent's own where the
 * request brings nothing. A key of a request that cannot be used is left out, and is told when
 * nothing is left.
 */
export const readCredentials = (
  request: Pick<SuspectTarget, 'password' | 'privateKey'>,
  own: OwnCredentials,
): Credentials | NoCredentials => {
  const texts = request.privateKey === undefined ? own.keys : [request.privateKey]
  const parsed = texts.map(parsePrivateKey)
  const keys = parsed.filter((key) => typeof key !== 'string')
  const ours = request.privateKey === undefined ? own.password : undefined
  const password = (request.password ?? ours)?.reveal()
  if (keys.length > 0 || password !== undefined) return { keys, password }
  const [first] = parsed.filter((key) => typeof key === 'string')
  return first === undefined ? 'credentials-unusable' : wordOf[first]
}

const wordOf: Readonly<Record<NoKey, NoCredentials>> = {
  locked: 'key-locked',
  'form-unknown': 'key-not-understood',
  'not-a-key': 'credentials-unusable',
}
