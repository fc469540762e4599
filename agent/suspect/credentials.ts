/** What we can log in with, read once per session. Only this file reveals secrets. */
import ssh2 from 'ssh2'
import type { ParsedKey } from 'ssh2'
import type { SuspectTarget } from '../fence/request.ts'
import type { Secret } from '../domain/secret.ts'

/**
 * sshd gives up after six failures (MaxAuthTries). Four keys leave one for the password and one
 * for keyboard-interactive.
 */
export const keysMax = 4

export interface Credentials {
  readonly keys: readonly ParsedKey[]
  readonly password: string | undefined
}

/**
 * The request's key, else the agent's own; and the request's password. A key that cannot be parsed
 * is left out; undefined when nothing is left.
 */
export const readCredentials = (
  target: SuspectTarget,
  identityKeys: readonly Secret[],
): Credentials | undefined => {
  const texts = target.privateKey === undefined ? identityKeys : [target.privateKey]
  const keys = texts
    .map(parsePrivateKey)
    .filter((key) => key !== undefined)
    .slice(0, keysMax)
  const password = target.password?.reveal()
  return keys.length === 0 && password === undefined ? undefined : { keys, password }
}

const parsePrivateKey = (text: Secret): ParsedKey | undefined => {
  const key = ssh2.utils.parseKey(text.reveal())
  if (key instanceof Error) return undefined
  return key.isPrivateKey() ? key : undefined
}
