import { execFileSync } from 'node:child_process'
import { generateKeyPairSync, verify } from 'node:crypto'
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
    t.match(parsed(readFileSync(file, 'latin1')), /^(locked|form-unknown)$/, `${type}, locked`)
  }
})

test('keys as PKCS#8 log in as those of OpenSSH do', async (t) => {
  const folder = t.testdir({})
  for (const [type, bits, word] of [
    ['rsa', '2048', 'ssh-rsa'],
    ['ecdsa', '256', 'ecdsa-sha2-nistp256'],
    ['ecdsa', '384', 'ecdsa-sha2-nistp384'],
    ['ecdsa', '521', 'ecdsa-sha2-nistp521'],
  ] as const) {
    const file = join(folder, `${type}-${bits}`)
    execFileSync('ssh-keygen', ['-q', '-t', type, '-b', bits, '-m', 'PKCS8', '-N', '', '-f', file])
    const text = readFileSync(file, 'latin1')
    t.match(text, /^-----BEGIN PRIVATE KEY-----/)
    const key = parsePrivateKey(new Secret(text))
    if (typeof key === 'string') throw new Error(key)
    t.equal(key.type, word)
    const [, base64 = ''] = readFileSync(`${file}.pub`, 'latin1').split(' ')
    t.equal(key.getPublicSSH().toString('base64'), base64, 'it is the same key')
    execFileSync('ssh-keygen', ['-q', '-p', '-m', 'PKCS8', '-N', 'passphrase', '-f', file])
    t.equal(parsed(readFileSync(file, 'latin1')), 'locked', `${type} ${bits}, locked`)
  }
  // Every length of padding, and bytes of every value.
  for (let tries = 0; tries < 20; tries += 1) {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const text = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const key = parsePrivateKey(new Secret(text.replaceAll('\n', '\r\n')))
    if (typeof key === 'string') throw new Error(key)
    const signature = key.sign(Buffer.from('data'))
    t.ok(Buffer.isBuffer(signature) && verify(null, Buffer.from('data'), publicKey, signature))
  }
})

test('a private key of a form that nobody here knows is told from no key', async (t) => {
  const { privateKey } = generateKeyPairSync('ed448')
  const curve = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey
  const pkcs8 = { type: 'pkcs8', format: 'pem' } as const
  for (const text of [
    privateKey.export(pkcs8).toString(),
    curve.export(pkcs8).toString(),
    '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n',
    '---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nAAAA\n',
    'PuTTY-User-Key-File-9: ssh-ed25519\n',
    ours.privateText.replaceAll(/^/gm, '  '),
    ours.privateText.slice(0, 120),
    '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n',
  ]) {
    t.equal(parsed(text), 'form-unknown', text.slice(0, 50))
  }
})

test('what is no private key', async (t) => {
  for (const text of ['', 'not a key', ours.publicText]) {
    t.equal(parsed(text), 'not-a-key', text.slice(0, 30))
  }
  t.equal(parsed(ours.privateText), 'ssh-ed25519')
})
