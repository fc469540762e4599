import { execFileSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import type { Test } from 'tap'
import { parseHostAddress } from '../../../agent/base/net/host-address.ts'
import { readLogins } from '../../../agent/suspect/login/logins.ts'
import { ownOwner } from '../../../agent/base/file/secret-file.ts'
import { generateKey } from '../../fixtures/servers/suspect-host.ts'

const files = (t: Test) => {
  const directory = t.testdir({})
  return (name: string, text: string = generateKey().privateText, mode = 0o600): string => {
    const file = join(directory, name)
    writeFileSync(file, text)
    chmodSync(file, mode)
    return file
  }
}
const read = async (settings: Parameters<typeof readLogins>[0]) =>
  await readLogins(settings, ownOwner())

test('every login has its own, and one that names a user alone has what is for all', async (t) => {
  const file = files(t)
  const [everybodys, own] = [generateKey(), generateKey('rsa')]
  const loaded = await read({
    identityFiles: [file('all', everybodys.privateText)],
    logins: [
      { hosts: ['10.1.0.0/16'], user: 'fence' },
      { hosts: ['b*'], identityFiles: [file('own', own.privateText)], program: 'installed' },
      { hosts: ['c'], user: 'ops', passwordFile: file('password', 'a long word\n') },
      { hosts: ['d'], passwordFile: file('windows', 'another\r\n') },
    ],
  })
  if (loaded.kind === 'faulty') throw new Error(JSON.stringify(loaded.faults))
  const { entries, otherwise } = loaded.logins
  t.same(
    entries.map(({ user, program, own: { keys, password } }) => [
      user,
      program,
      keys.map((key) => key.reveal()),
      password?.reveal(),
    ]),
    [
      ['fence', 'sent', [everybodys.privateText], undefined],
      [undefined, 'installed', [own.privateText], undefined],
      ['ops', 'sent', [], 'a long word'],
      [undefined, 'sent', [], 'another'],
    ],
  )
  const [address] = [parseHostAddress('10.1.0.7')]
  t.same(address && entries.map(({ isFor }) => isFor(address)), [true, false, false, false])
  t.same([otherwise.keys.length, otherwise.password], [1, undefined])
  t.notMatch(JSON.stringify(loaded), /PRIVATE KEY|long word/)
})

test('every file that cannot be used is a fault with its path, its rule and nothing of it', async (t) => {
  const file = files(t)
  const locked = file('locked')
  execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'passphrase', '-f', locked])
  const loaded = await read({
    identityFiles: [file('good'), locked],
    logins: [
      { hosts: ['a'], identityFiles: [file('open', undefined, 0o644)] },
      { hosts: ['b'], identityFiles: [file('fine'), file('words', 'planted words')] },
      { hosts: ['c'], passwordFile: file('lines', 'planted\nlines\n') },
      { hosts: ['d'], passwordFile: file('empty', '\n') },
      { hosts: ['e'], passwordFile: file('nul', 'planted\0nul') },
      { hosts: ['f'], passwordFile: file('long', 'planted'.repeat(200)) },
      { hosts: ['g'], passwordFile: '/no/such/file' },
    ],
  })
  if (loaded.kind === 'read') throw new Error('no faults')
  t.match(
    loaded.faults.map(({ path, rule }) => `${path}: ${rule}`),
    [
      /^\/ssh\/identityFiles\/1: \/.*\/locked has to be without a passphrase/,
      /^\/ssh\/logins\/0\/identityFiles\/0: \/.*\/open must be closed to everybody else/,
      /^\/ssh\/logins\/1\/identityFiles\/1: \/.*\/words has to be a private key/,
      /^\/ssh\/logins\/2\/passwordFile: \/.*\/lines has to hold a password: one line/,
      /^\/ssh\/logins\/3\/passwordFile: \/.*\/empty has to hold/,
      /^\/ssh\/logins\/4\/passwordFile: \/.*\/nul has to hold/,
      /^\/ssh\/logins\/5\/passwordFile: \/.*\/long has to hold/,
      /^\/ssh\/logins\/6\/passwordFile: \/no\/such\/file cannot be read \(ENOENT\)/,
    ],
  )
  t.equal(loaded.faults.length, 8)
  t.notMatch(JSON.stringify(loaded), /planted/)
})
