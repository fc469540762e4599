/** What the agent itself can log in with, read once, at its start. */
import type { HostAddress } from '../../base/net/host-address.ts'
import { Secret } from '../../base/text/secret.ts'
import { namedBy } from './login-hosts.ts'
import { parsePrivateKey } from './private-key.ts'
import type { ProgramSource } from '../program/program.ts'
import { readSecretFile } from '../../base/file/secret-file.ts'
import type { Owner } from '../../base/file/secret-file.ts'

/** One entry of the configuration's list; see `config/schema-ssh.ts`. */
export interface LoginConfig {
  readonly hosts: readonly string[]
  readonly user?: string
  readonly identityFiles?: readonly string[]
  readonly passwordFile?: string
  readonly program?: ProgramSource
}

/** The agent's own: no more keys than sshd listens to, which the configuration sees to. */
export interface OwnCredentials {
  readonly keys: readonly Secret[]
  readonly password: Secret | undefined
}

export interface LoginEntry {
  readonly isFor: (address: HostAddress) => boolean
  readonly user: string | undefined
  readonly own: OwnCredentials
  readonly program: ProgramSource
}

export interface Logins {
  /** In their order: the first that names a suspect decides. */
  readonly entries: readonly LoginEntry[]
  /** For suspects that no entry names. */
  readonly otherwise: OwnCredentials
}

export interface FileFault {
  /** A JSON path into the configuration. */
  readonly path: string
  readonly rule: string
}

export type ReadLogins =
  | { readonly kind: 'read'; readonly logins: Logins }
  | { readonly kind: 'faulty'; readonly faults: readonly FileFault[] }

/**
 * Every file that cannot be used is a fault: a key that is left out would be missed in a crisis.
 */
export const readLogins = async (
  settings: {
    readonly identityFiles: readonly string[]
    readonly logins: readonly LoginConfig[]
  },
  owner: Owner,
): Promise<ReadLogins> => {
  const faults: FileFault[] = []
  const read = async (path: string, file: string, use: Use): Promise<Secret[]> => {
    const found = await readSecretFile(file, owner)
    const used = found.kind === 'read' ? use(found.secret) : found.rule
    if (used instanceof Secret) return [used]
    faults.push({ path, rule: `${file} ${used}` })
    return []
  }
  const readKeys = async (path: string, files: readonly string[]): Promise<readonly Secret[]> => {
    const keys: Secret[] = []
    for (const [index, file] of files.entries()) {
      keys.push(...(await read(`${path}/${index}`, file, asKey)))
    }
    return keys
  }
  const otherwise = {
    keys: await readKeys('/ssh/identityFiles', settings.identityFiles),
    password: undefined,
  }
  const entries: LoginEntry[] = []
  for (const [index, login] of settings.logins.entries()) {
    const { hosts, user, identityFiles, passwordFile, program = 'sent' } = login
    const path = `/ssh/logins/${index}`
    const keys = await readKeys(`${path}/identityFiles`, identityFiles ?? [])
    const [password] =
      passwordFile === undefined ? [] : await read(`${path}/passwordFile`, passwordFile, asPassword)
    // An entry that names a user alone logs in with the keys that are for everybody.
    const hasNone = identityFiles === undefined && passwordFile === undefined
    const own = hasNone ? otherwise : { keys, password }
    entries.push({ isFor: namedBy(hosts), user, own, program })
  }
  return faults.length > 0
    ? { kind: 'faulty', faults }
    : { kind: 'read', logins: { entries, otherwise } }
}

/** The secret that a file holds, or the rule that it breaks. */
type Use = (secret: Secret) => Secret | string

const asKey: Use = (secret) => {
  const parsed = parsePrivateKey(secret)
  if (parsed === 'locked') return 'has to be without a passphrase: nobody is there to type it'
  return typeof parsed === 'string'
    ? 'has to be a private key in a form that is understood: of OpenSSH, PEM or PKCS#8'
    : secret
}

/** One line; the newline behind it is the editor's. */
const asPassword: Use = (secret) => {
  const text = secret.reveal().replace(/\r?\n$/, '')
  return /^[^\0\r\n]{1,1024}$/.test(text)
    ? new Secret(text)
    : 'has to hold a password: one line of at most 1024 characters'
}
