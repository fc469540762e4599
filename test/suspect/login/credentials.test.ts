import { test } from 'tap'
import { parseHostAddress } from '../../../agent/base/net/host-address.ts'
import type { HostAddress } from '../../../agent/base/net/host-address.ts'
import { Secret } from '../../../agent/base/text/secret.ts'
import type { SuspectTarget } from '../../../agent/fence/request.ts'
import { loginFor, readCredentials } from '../../../agent/suspect/login/credentials.ts'
import { namedBy } from '../../../agent/suspect/login/login-hosts.ts'
import type { LoginEntry, OwnCredentials } from '../../../agent/suspect/login/logins.ts'
import { generateKey } from '../../fixtures/servers/suspect-host.ts'

const host = (text: string): HostAddress => {
  const address = parseHostAddress(text)
  if (address === undefined) throw new Error(`no address: ${text}`)
  return address
}
const keyOf = (text: string): Secret => new Secret(text)
const [ed25519, rsa] = [keyOf(generateKey().privateText), keyOf(generateKey('rsa').privateText)]
const ecdsa = keyOf(generateKey('ecdsa').privateText)
const password = new Secret('of the request')
const ours = (keys: readonly Secret[], word?: string): OwnCredentials => ({
  keys,
  password: word === undefined ? undefined : new Secret(word),
})

const read = (request: Parameters<typeof readCredentials>[0], own: OwnCredentials) => {
  const credentials = readCredentials(request, own)
  if (typeof credentials === 'string') return credentials
  return { ...credentials, keys: credentials.keys.map(({ type }) => type) }
}

test('what the request brings goes before what is ours', async (t) => {
  const both = ours([rsa, ecdsa], 'ours')
  const rows = [
    ['nothing', {}, { keys: ['ssh-rsa', 'ecdsa-sha2-nistp256'], password: 'ours' }],
    ['a key', { privateKey: ed25519 }, { keys: ['ssh-ed25519'], password: undefined }],
    [
      'a password',
      { password },
      { keys: ['ssh-rsa', 'ecdsa-sha2-nistp256'], password: 'of the request' },
    ],
    [
      'both',
      { password, privateKey: ed25519 },
      { keys: ['ssh-ed25519'], password: 'of the request' },
    ],
  ] as const
  for (const [what, request, expected] of rows) t.same(read(request, both), expected, what)
})

test('a key of the request that cannot be used leaves what else it brought, and nothing of ours', async (t) => {
  const privateKey = new Secret('not a key')
  t.equal(read({ privateKey }, ours([rsa], 'ours')), 'credentials-unusable')
  t.same(read({ privateKey, password }, ours([rsa])), { keys: [], password: 'of the request' })
  t.equal(read({}, ours([])), 'credentials-unusable', 'nothing at all is nothing usable')
  const unknown = new Secret('-----BEGIN NEWS PRIVATE KEY-----')
  t.equal(read({ privateKey: unknown }, ours([rsa])), 'key-not-understood')
  const locked = new Secret('-----BEGIN ENCRYPTED PRIVATE KEY-----')
  t.equal(read({ privateKey: locked }, ours([rsa])), 'key-locked')
})

const entry = (hosts: readonly string[], own: OwnCredentials, more: Partial<LoginEntry> = {}) => ({
  isFor: namedBy(hosts),
  user: undefined,
  own,
  program: 'sent' as const,
  ...more,
})
const logins = {
  entries: [
    entry(['10.1.0.0/16', '*.rack1.example'], ours([ed25519]), { user: 'fence' }),
    entry(['10.2.0.0/16'], ours([ecdsa], 'ours')),
    entry(['10.3.0.0/16'], ours([ecdsa]), { program: 'installed' }),
    entry(['10.0.0.0/8'], ours([], 'of the last')),
    entry(['10.9.0.0/16', 'empty'], ours([])),
  ],
  otherwise: ours([rsa]),
}
const login = (addresses: readonly [string, ...string[]], more: Partial<SuspectTarget> = {}) => {
  const [first, ...rest] = addresses
  const target = { addresses: [host(first), ...rest.map(host)], port: 22, user: 'root' } as const
  const found = loginFor({ hostUuid: '', ...target, ...more }, logins)
  if (typeof found === 'string') return found
  const { user, program, by, credentials } = found
  const keys = credentials.keys.map(({ type }) => type).join()
  return [by, user, program, keys, credentials.password].join('|')
}

test('the first entry that names the suspect counts, and else what is for all', async (t) => {
  t.equal(login(['192.0.2.1']), '|root|sent|ssh-rsa|')
  t.equal(login(['10.1.2.3']), 'by ssh.logins/0: |fence|sent|ssh-ed25519|')
  t.equal(login(['kvm.rack1.example']), 'by ssh.logins/0: |fence|sent|ssh-ed25519|')
  t.equal(login(['kvm.rack2.example']), '|root|sent|ssh-rsa|')
  t.equal(login(['10.2.0.1']), 'by ssh.logins/1: |root|sent|ecdsa-sha2-nistp256|ours')
  t.equal(login(['10.9.0.1']), 'by ssh.logins/3: |root|sent||of the last')
  t.equal(login(['empty']), 'credentials-unusable', 'an entry without anything is no way in')
})

test('an entry with a user, or for an installed program, uses nothing of the request', async (t) => {
  const brought = { password, privateKey: rsa }
  t.equal(login(['10.1.0.1'], brought), 'by ssh.logins/0: |fence|sent|ssh-ed25519|')
  t.equal(login(['10.3.0.1'], brought), 'by ssh.logins/2: |root|installed|ecdsa-sha2-nistp256|')
  t.equal(login(['10.2.0.1'], brought), 'by ssh.logins/1: |root|sent|ssh-rsa|of the request')
  t.equal(login(['192.0.2.1'], { ...brought, user: 'ops' }), '|ops|sent|ssh-rsa|of the request')
})

test('an entry that names some of the addresses is no login, and neither is a later one', async (t) => {
  t.equal(login(['10.1.0.1', '10.1.0.2']), 'by ssh.logins/0: |fence|sent|ssh-ed25519|')
  t.equal(login(['10.1.0.1', '10.2.0.1']), 'login-divided')
  t.equal(login(['10.2.0.1', '10.1.0.1']), 'login-divided')
  t.equal(login(['10.1.0.1', '192.0.2.1']), 'login-divided', 'not offered to a stranger')
  t.equal(login(['192.0.2.1', '10.1.0.1']), 'login-divided')
  t.equal(login(['10.1.0.1', '10.4.0.1'], { password }), 'login-divided')
  t.equal(login(['10.1.0.1', 'kvm.rack1.example']), 'by ssh.logins/0: |fence|sent|ssh-ed25519|')
})
