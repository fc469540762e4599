import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { Secret } from '../../../agent/base/text/secret.ts'
import { parsePrivateKey } from '../../../agent/suspect/login/private-key.ts'
import { generateKey } from '../../fixtures/servers/suspect-host.ts'

const parsed = (text: string): string => {
  const key = parsePrivateKey(new Secret(text))
  return typeof key === 'string' ? key : key.type
}
const ours = generateKey()

test('keys of all forms that ssh-keygen writes are read', async (t) => {
  const folder = t.testdir({})
  for (const [type, form] of [
    ['ed25519', 'RFC4716'],
    ['ecdsa', 'RFC4716'],
    ['rsa', 'RFC4716'],
    ['rsa', 'PEM'],
    ['ecdsa', 'PEM'],
  ] as const) {
    const file = join(folder, `${type}-${form}`)
    execFileSync('ssh-keygen', ['-q', '-t', type, '-m', form, '-N', '', '-f', file])
    t.match(parsed(readFileSync(file, 'latin1')), type, `${type} as ${form}`)
    execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'passphrase', '-f', file])
    t.match(parsed(readFileSync(file, 'latin1')), /^(locked|not-a-key)$/, `${type}, locked`)
  }
})

test('what is no private key', async (t) => {
  for (const text of [
    '',
    'not a key',
    ours.publicText,
    ours.privateText.slice(0, 120),
    '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n',
  ]) {
    t.equal(parsed(text), 'not-a-key', text.slice(0, 30))
  }
  t.equal(parsed(ours.privateText), 'ssh-ed25519')
})
