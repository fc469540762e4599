import ssh2 from 'ssh2'
import type { ParsedKey } from 'ssh2'
import type { Secret } from '../../base/text/secret.ts'

/** A private key as its file has it, in any form that ssh-keygen writes. `locked`: it has a passphrase. */
export const parsePrivateKey = (text: Secret): ParsedKey | 'locked' | 'not-a-key' => {
  const key = ssh2.utils.parseKey(text.reveal())
  if (key instanceof Error) return /passphrase/.test(key.message) ? 'locked' : 'not-a-key'
  return key.isPrivateKey() ? key : 'not-a-key'
}
