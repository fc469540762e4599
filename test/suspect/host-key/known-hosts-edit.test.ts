import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import {
  withKeys,
  withLines,
  withoutHost,
} from '../../../agent/suspect/host-key/known-hosts-edit.ts'
import { generateKey } from '../../fixtures/servers/suspect-host.ts'

const old = generateKey()
const fresh = generateKey()
const rsa = generateKey('rsa')
const none = (): boolean => false

test('a host is taken out of its lines, and of no other', async (t) => {
  const key = old.publicText
  const rows: readonly (readonly [string, string, string, readonly string[]])[] = [
    ['its own line', `10.0.0.1 ${key} a comment\nx ${key}\n`, `x ${key}\n`, []],
    ['a line of several names', `kvm-1,10.0.0.1 ${key}`, `kvm-1 ${key}`, ['kvm-1']],
    ['a name that begins alike', `10.0.0.11 ${key}`, `10.0.0.11 ${key}`, []],
    ['another port', `[10.0.0.1]:2222 ${key}`, `[10.0.0.1]:2222 ${key}`, []],
    ['a negation is not left alone', `10.0.0.1,!x ${key}\n`, '', []],
    ['a garbled key', `10.0.0.1 ssh-ed25519 AAAA\n`, '', []],
    ['a comment', `# 10.0.0.1 ${key}`, `# 10.0.0.1 ${key}`, []],
    ['a commented-out line with its name in front', `#10.0.0.1 ${key}`, `#10.0.0.1 ${key}`, []],
    ['a revocation', `@revoked 10.0.0.1 ${key}`, `@revoked 10.0.0.1 ${key}`, []],
    ['an authority', `@cert-authority 10.0.0.1 ${key}`, `@cert-authority 10.0.0.1 ${key}`, []],
    ['a dollar sign in a name', `10.0.0.1,$&x ${key}`, `$&x ${key}`, ['$&x']],
  ]
  for (const [sentence, text, expected, left] of rows) {
    t.match(withoutHost(text, '10.0.0.1', none), { text: expected, left, patterns: [] }, sentence)
  }
})

test('a hashed name goes as a whole', async (t) => {
  const file = join(t.testdir({}), 'known_hosts')
  writeFileSync(file, `10.0.0.1 ${old.publicText}\n10.0.0.2 ${old.publicText}\n`)
  execFileSync('ssh-keygen', ['-H', '-f', file], { stdio: 'ignore' })
  const text = readFileSync(file, 'latin1')
  const removal = withoutHost(text, '10.0.0.1', none)
  t.equal(removal.lines, 1)
  t.equal(removal.text, `${text.split('\n')[1] ?? ''}\n`)
})

test('a line with a pattern is named and stays', async (t) => {
  const text = `# one\n10.0.0.1,10.0.* ${old.publicText}\n`
  t.strictSame(withoutHost(text, '10.0.0.1', none), { text, lines: 0, left: [], patterns: [2] })
})

test('lines are added behind whatever the text ends with', async (t) => {
  t.equal(withLines('', ['a', 'b']), 'a\nb\n')
  t.equal(withLines('x', ['a']), 'x\na\n')
  t.equal(withLines('x\n', ['a']), 'x\na\n')
  t.equal(withLines('x', []), 'x')
})

test('keys are pinned under the names that do not know them', async (t) => {
  const hosts = ['kvm-1', '10.0.0.1']
  const before = `10.0.0.1 ${old.publicText}\n`
  t.strictSame(withKeys(before, hosts, [old.publicKey, rsa.publicKey], undefined), {
    kind: 'text',
    text: `${before}kvm-1 ${old.publicText}\nkvm-1,10.0.0.1 ${rsa.publicText}\n`,
  })
  t.strictSame(withKeys(before, ['10.0.0.1'], [old.publicKey], undefined), {
    kind: 'text',
    text: before,
  })
  t.match(withKeys('', ['a'], [Buffer.alloc(2)], undefined), { text: 'a  AAA=\n' })
})

test('a key that a person pins bears no mark of a first contact any more', async (t) => {
  const [ours, theirs] = [old, fresh].map((one) => one.publicText.trim())
  const met = `kvm-1,10.0.0.1 ${ours} peerfence-first-contact\n`
  const others = `10.0.0.1 ${theirs} peerfence-first-contact\n`
  for (const shown of [undefined, [old.publicKey, fresh.publicKey]]) {
    t.same(withKeys(met + others, ['10.0.0.1'], [old.publicKey], shown), {
      kind: 'text',
      text: `kvm-1 ${ours} peerfence-first-contact\n${others}10.0.0.1 ${ours}\n`,
    })
  }
})

test('with replacement whatever the host does not show any more goes', async (t) => {
  const before = `10.0.0.1 ${old.publicText}\nkvm-9,10.0.0.1 ${rsa.publicText}\n`
  const pinned = withKeys(before, ['10.0.0.1'], [fresh.publicKey], [fresh.publicKey])
  t.strictSame(pinned, {
    kind: 'text',
    text: `kvm-9 ${rsa.publicText}\n10.0.0.1 ${fresh.publicText}\n`,
  })
  const star = withKeys(`* ${old.publicText}`, ['10.0.0.1'], [fresh.publicKey], [fresh.publicKey])
  t.strictSame(star, { kind: 'patterns', lines: [1] })
})
