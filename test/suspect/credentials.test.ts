import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { Secret } from '../../agent/domain/secret.ts'
import type { SuspectTarget } from '../../agent/fence/request.ts'
import { keysMax, readCredentials } from '../../agent/suspect/credentials.ts'
import { loopback } from '../fixtures/open-session.ts'
import { generateKey } from '../fixtures/suspect-host.ts'

const base: SuspectTarget = { addresses: [loopback], port: 22, user: 'root', hostUuid: '' }
const ours = generateKey()
const other = generateKey('rsa')
const secrets = (...texts: string[]): Secret[] => texts.map((text) => new Secret(text))

const typesOf = (target: SuspectTarget, identityKeys: readonly Secret[] = []) =>
  readCredentials(target, identityKeys)?.keys.map(({ type }) => type)

test('the request’s key comes before the agent’s own', async (t) => {
  const [privateKey] = secrets(ours.privateText)
  t.strictSame(
    typesOf({ ...base, ...(privateKey && { privateKey }) }, secrets(other.privateText)),
    ['ssh-ed25519'],
  )
  t.strictSame(typesOf(base, secrets(other.privateText, ours.privateText)), [
    'ssh-rsa',
    'ssh-ed25519',
  ])
})

test('texts that are no usable private key are left out', async (t) => {
  const folder = t.testdir({})
  const locked = join(folder, 'locked')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'passphrase', '-f', locked])
  const bad = secrets(
    '',
    'not a key',
    ours.publicText,
    ours.privateText.slice(0, 120),
    '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n',
    readFileSync(locked, 'latin1'),
  )
  t.equal(readCredentials(base, bad), undefined)
  t.strictSame(typesOf(base, [...bad, ...secrets(ours.privateText)]), ['ssh-ed25519'])
  for (const privateKey of bad) {
    t.equal(readCredentials({ ...base, privateKey }, secrets(ours.privateText)), undefined)
    const password = new Secret('a password')
    t.match(readCredentials({ ...base, privateKey, password }, []), {
      keys: [],
      password: 'a password',
    })
  }
})

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
    t.equal(typesOf(base, secrets(readFileSync(file, 'latin1')))?.length, 1, `${type} as ${form}`)
  }
})

test('no more keys than sshd listens to', async (t) => {
  const many = secrets(...Array.from({ length: keysMax + 3 }, () => ours.privateText))
  t.equal(typesOf(base, many)?.length, keysMax)
})

test('nothing at all is nothing usable', async (t) => {
  t.equal(readCredentials(base, []), undefined)
})
