/** A private key as its file has it: in any form that ssh-keygen writes, PKCS#8 among them. */
import { createPrivateKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import ssh2 from 'ssh2'
import type { ParsedKey } from 'ssh2'
import type { Secret } from '../../base/text/secret.ts'

/**
 * `locked`: it has a passphrase. `form-unknown`: it says that it is a private key, and that is all
 * we know.
 */
export type NoKey = 'locked' | 'form-unknown' | 'not-a-key'

export const parsePrivateKey = (secret: Secret): ParsedKey | NoKey => {
  const text = secret.reveal()
  const key = ssh2.utils.parseKey(text)
  if (key instanceof Error) {
    if (/passphrase/.test(key.message) || isLockedPkcs8.test(text)) return 'locked'
    return parsePkcs8(text) ?? (isPrivate.test(text) ? 'form-unknown' : 'not-a-key')
  }
  return key.isPrivateKey() ? key : 'not-a-key'
}

const isLockedPkcs8 = /-----BEGIN ENCRYPTED PRIVATE KEY-----/
const isPrivate = /PRIVATE KEY|^PuTTY-User-Key-File/

/** The client does not read PKCS#8; the runtime does, and writes what the client reads. */
const parsePkcs8 = (text: string): ParsedKey | undefined => {
  if (!text.includes('-----BEGIN PRIVATE KEY-----')) return undefined
  try {
    const form = sshFormOf(createPrivateKey(text))
    const key = form === undefined ? undefined : ssh2.utils.parseKey(form)
    return key instanceof Error ? undefined : key
  } catch {
    // What the runtime cannot read has no form that anybody here knows; its message may hold the
    // key.
    return undefined
  }
}

const sshFormOf = (key: KeyObject): string | undefined => {
  const type = key.asymmetricKeyType
  if (type === 'rsa') return key.export({ type: 'pkcs1', format: 'pem' }).toString()
  if (type === 'ec') return key.export({ type: 'sec1', format: 'pem' }).toString()
  return type === 'ed25519' ? opensshForm(key) : undefined
}

/**
 * As PROTOCOL.key of OpenSSH has it, without a passphrase: nothing else can hold an Ed25519 key for
 * the client.
 */
const opensshForm = (key: KeyObject): string => {
  const { x = '', d = '' } = key.export({ format: 'jwk' })
  const [open, seed] = [Buffer.from(x, 'base64url'), Buffer.from(d, 'base64url')]
  const type = 'ssh-ed25519'
  const check = Buffer.alloc(8)
  const secret = [check, sized(type), sized(open), sized(Buffer.concat([seed, open])), sized('')]
  const bare = Buffer.concat(secret)
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7].slice(0, (8 - (bare.length % 8)) % 8))
  const whole = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    ...['none', 'none', ''].map(sized),
    Buffer.from([0, 0, 0, 1]),
    sized(Buffer.concat([sized(type), sized(open)])),
    sized(Buffer.concat([bare, padding])),
  ])
  const lines = whole.toString('base64').replaceAll(/.{70}/g, '$&\n')
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`
}

/** With its length in front, as SSH writes every string. */
const sized = (value: string | Buffer): Buffer => {
  const bytes = Buffer.from(value)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}
