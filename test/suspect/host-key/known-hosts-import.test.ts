import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { isFault, planImport } from '../../../agent/suspect/host-key/known-hosts-import.ts'
import {
  entriesOf,
  judgeKey,
  parseKnownHosts,
} from '../../../agent/suspect/host-key/known-hosts.ts'
import { generateKey } from '../../fixtures/servers/suspect-host.ts'

const key = generateKey()
const other = generateKey()
const rsa = generateKey('rsa')
const words = (text: string, store = '', mayReplace = false) =>
  planImport(text, store, mayReplace).lines.map(({ line, word }) => `${line} ${word}`)

test('what becomes of a line, row by row', async (t) => {
  const base64 = key.publicText.split(' ')[1] ?? ''
  const rows: readonly (readonly [string, string, string, readonly string[]])[] = [
    ['plain', `10.0.0.1 ${key.publicText} root@x`, '', ['1 added']],
    [
      'with a port',
      `[10.0.0.1]:2222 ${key.publicText}`,
      `10.0.0.1 ${other.publicText}`,
      ['1 added'],
    ],
    ['comments and empty lines', `# x\n\n  # y\r\n10.0.0.1 ${key.publicText}\r\n`, '', ['4 added']],
    [
      'another type of a known host',
      `10.0.0.1 ${key.publicText}`,
      `10.0.0.1 ${rsa.publicText}`,
      ['1 added'],
    ],
    [
      'known already',
      `10.0.0.1 ${key.publicText}`,
      `kvm-1,10.0.0.1 ${key.publicText}`,
      ['1 already-known'],
    ],
    [
      'known of one of its names',
      `kvm-2,10.0.0.1 ${key.publicText}`,
      `10.0.0.1 ${key.publicText}`,
      ['1 added'],
    ],
    [
      'known by a first contact alone',
      `10.0.0.1 ${key.publicText.trim()} peerfence-first-contact`,
      `10.0.0.1 ${key.publicText.trim()} peerfence-first-contact`,
      ['1 added'],
    ],
    ['twice', `a ${key.publicText}\na ${key.publicText}`, '', ['1 added', '2 already-known']],
    ['another key is known', `A ${key.publicText}`, `a ${other.publicText}`, ['1 conflict']],
    [
      'another key is known by a pattern',
      `10.0.0.1 ${key.publicText}`,
      `10.* ${other.publicText}`,
      ['1 conflict'],
    ],
    [
      'a pattern that takes in a known host',
      `10.* ${key.publicText}`,
      `10.0.0.1 ${other.publicText}`,
      ['1 conflict'],
    ],
    ['a garbled key is known', `a ${key.publicText}`, 'a ssh-ed25519 AAAA', ['1 conflict']],
    [
      'two keys in one file',
      `a ${key.publicText}\nb,a ${other.publicText}`,
      '',
      ['1 added', '2 contradiction'],
    ],
    ['an authority', `@cert-authority * ${key.publicText}`, '', ['1 authority-skipped']],
    ['a type that is not used', `a ssh-dss ${base64}`, '', ['1 type-skipped']],
    ['a certificate', `a ssh-ed25519-cert-v01@openssh.com ${base64}`, '', ['1 type-skipped']],
    ['a revocation', `@revoked * ${key.publicText}`, `a ${other.publicText}`, ['1 added']],
    [
      'a revocation that is known',
      `@revoked * ${key.publicText}`,
      `@revoked * ${key.publicText}`,
      ['1 already-known'],
    ],
    [
      'a key that the file revokes later',
      `a ${key.publicText}\n@revoked * ${key.publicText}`,
      '',
      ['1 revoked-skipped', '2 added'],
    ],
    [
      'a key that is revoked here',
      `a ${key.publicText}`,
      `@revoked a ${key.publicText}`,
      ['1 revoked-skipped'],
    ],
    [
      'a key that is revoked for another',
      `a ${key.publicText}`,
      `@revoked b ${key.publicText}`,
      ['1 added'],
    ],
    ['too few fields', 'a ssh-ed25519', '', ['1 malformed']],
    ['a key that was cut', `a ssh-ed25519 ${base64.slice(0, -8)}`, '', ['1 malformed']],
    ['a key of another type', `a ssh-rsa ${base64}`, '', ['1 malformed']],
    ['a key that is no base64', `a ssh-ed25519 ${base64}!`, '', ['1 malformed']],
    ['a key with more behind it', `a ssh-ed25519 ${base64}AAAA`, '', ['1 malformed']],
    ['a marker that nobody knows', `@unheard a ${key.publicText}`, '', ['1 malformed']],
    ['a name with a control character', `a\u0007 ${key.publicText}`, '', ['1 malformed']],
    ['a type with a control character', `a ssh-\u0007 ${base64}`, '', ['1 malformed']],
  ]
  for (const [sentence, text, store, expected] of rows)
    t.strictSame(words(text, store), expected, sentence)
})

test('all or nothing: one fault leaves everything as it was', async (t) => {
  const good = `a ${key.publicText}\n`
  t.equal(planImport(good, '# mine\n', false).text, `# mine\n${good}`)
  const plan = planImport(`${good}broken\n`, '# mine\n', false)
  t.equal(plan.text, undefined)
  t.strictSame(plan.lines.filter(isFault), [{ line: 2, word: 'malformed' }])
  t.equal(planImport('', 'x', false).text, 'x')
})

test('with replacement another key of the same type goes, and no more', async (t) => {
  const store = `kvm-9,a ${other.publicText}\na ${rsa.publicText}\n@revoked a ${other.publicText}\n`
  const plan = planImport(`a ${key.publicText}`, store, true)
  t.strictSame(plan.lines, [{ line: 1, word: 'replaced' }])
  t.equal(
    plan.text,
    `kvm-9 ${other.publicText}\na ${rsa.publicText}\n@revoked a ${other.publicText}\na ${key.publicText}\n`,
  )
  const wide = planImport(
    `10.* ${key.publicText}`,
    `10.0.0.1 ${other.publicText}\nb ${other.publicText}`,
    true,
  )
  t.equal(wide.text, `b ${other.publicText}\n10.* ${key.publicText}\n`)
  t.strictSame(words(`10.0.0.1 ${key.publicText}`, `10.* ${other.publicText}`, true), [
    '1 conflict',
  ])
  t.strictSame(words(`a ${key.publicText}\na ${other.publicText}`, '', true), [
    '1 added',
    '2 contradiction',
  ])
})

test('hashed names are compared with plain ones, and taken over as they are', async (t) => {
  const file = join(t.testdir({}), 'known_hosts')
  writeFileSync(file, `10.0.0.1 ${key.publicText}\n`)
  execFileSync('ssh-keygen', ['-H', '-f', file], { stdio: 'ignore' })
  const hashed = readFileSync(file, 'latin1')
  const { text = '' } = planImport(hashed, '', false)
  t.equal(judgeKey([entriesOf(parseKnownHosts(text), '10.0.0.1')], key.publicKey), 'known')
  t.strictSame(words(hashed, text), ['1 already-known'])
  t.strictSame(words(hashed, `10.0.0.1 ${other.publicText}`), ['1 conflict'])
  t.strictSame(words(`10.0.0.1 ${other.publicText}`, text), ['1 conflict'])
  t.strictSame(words(`10.0.0.1 ${key.publicText}`, text), ['1 already-known'])
  const replaced = planImport(`10.0.0.1 ${other.publicText}`, text, true)
  t.equal(replaced.text, `10.0.0.1 ${other.publicText}\n`)
  const back = planImport(hashed, `10.0.0.1 ${other.publicText}`, true)
  t.equal(back.text, hashed.split(' ').slice(0, 3).join(' ').trimEnd() + '\n')
  const names = hashed.split(' ')[0] ?? ''
  t.strictSame(
    words(`${names} ${other.publicText}`, hashed, true),
    ['1 conflict'],
    'nobody can take it out',
  )
})

test('a thousand hosts are judged in a moment', async (t) => {
  const many = Array.from(
    { length: 1000 },
    (_, index) => `kvm-${index},10.0.0.${index} ${key.publicText}`,
  )
  const started = process.cpuUsage()
  const { text } = planImport(many.join('\n'), '', false)
  t.equal(text?.split('\n').length, 1001)
  t.strictSame(
    new Set(words(many.join('\n'), text).map((one) => one.split(' ')[1])),
    new Set(['already-known']),
  )
  // Of the processor's time: how long others had it is not what is judged.
  const used = process.cpuUsage(started)
  t.ok((used.user + used.system) / 1000 < 5000)
})
