import { chmodSync, copyFileSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'tap'
import { readListenerFiles } from '../../../agent/http/admit/listener-files.ts'
import { loopback } from '../../fixtures/servers/agent-server.ts'
import { createAuthority } from '../../fixtures/values/certificates.ts'

test('a door without files has none', async (t) => {
  t.strictSame(await readListenerFiles(loopback), {})
})

test('a fault names the property, the file and the rule, and quotes nothing', async (t) => {
  const authority = createAuthority()
  t.teardown(authority.remove)
  const [own, other] = [authority.issue('peer-1'), authority.issue('peer-2')]
  const junk = join(authority.directory, 'junk')
  writeFileSync(junk, 'planted-secret', { mode: 0o600 })
  const open = join(authority.directory, 'open')
  copyFileSync(own.keyFile, open)
  chmodSync(open, 0o644)
  const locked = join(authority.directory, 'locked')
  const protect = ['pkey', '-in', own.keyFile, '-aes256', '-passout', 'pass:x', '-out', locked]
  execFileSync('openssl', protect)
  const rows: readonly (readonly [string, object, RegExp])[] = [
    [
      'a certificate that is missing',
      { certificateFile: '/absent' },
      /^tls\.certificateFile: .*ENOENT/,
    ],
    [
      'a certificate that is none',
      { certificateFile: junk },
      /^tls\.certificateFile: .*certificate in PEM/,
    ],
    [
      'a key that is none',
      { keyFile: junk },
      /^tls\.keyFile: .*private key without passphrase in PEM/,
    ],
    ['a key with a passphrase', { keyFile: locked }, /^tls\.keyFile: .*without passphrase/],
    [
      'a key that everybody may read',
      { keyFile: open },
      /^tls\.keyFile: .*closed to everybody else/,
    ],
    ['a key that is missing', { keyFile: '/absent' }, /^tls\.keyFile: .*ENOENT/],
    [
      'the key of another certificate',
      { keyFile: other.keyFile },
      /^tls\.keyFile: .*is not the key of/,
    ],
    [
      'an authority that is none',
      { clientCaFile: junk },
      /^tls\.clientCaFile: .*certificate in PEM/,
    ],
  ]
  for (const [title, change, message] of rows) {
    const tls = { ...own, clientNames: [], ...change }
    await t.rejects(readListenerFiles({ ...loopback, tls }), { message }, title)
    await readListenerFiles({ ...loopback, tls }).catch((error: unknown) => {
      t.notMatch(String(error), /planted/, title)
    })
  }
  await t.rejects(readListenerFiles({ ...loopback, tokensFile: open }), {
    message: /^tokensFile: .*closed to everybody else/,
  })
  await t.rejects(readListenerFiles({ ...loopback, tokensFile: junk }), {
    message: /^tokensFile: .*junk: line 1 has to be/,
  })
})
