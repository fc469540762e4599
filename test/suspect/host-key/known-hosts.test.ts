import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import {
  entriesOf,
  fingerprint,
  hostPattern,
  judgeKey,
  keyType,
  parseKnownHosts,
} from '../../../agent/suspect/host-key/known-hosts.ts'
import { generateKey } from '../../fixtures/servers/suspect-host.ts'

const ours = generateKey()
const other = generateKey()
const [type = '', base64 = ''] = ours.publicText.split(' ')

const knows = (text: string, host: string): boolean =>
  entriesOf(parseKnownHosts(text), host).some(({ key }) => key.equals(ours.publicKey))

test('the name in the file has a port only where the port is not 22', async (t) => {
  t.equal(hostPattern('KVM-1.example', 22), 'kvm-1.example')
  t.equal(hostPattern('10.0.0.1', 2222), '[10.0.0.1]:2222')
  t.equal(hostPattern('fe80::1', 2222), '[fe80::1]:2222')
})

test('first fields, row by row', async (t) => {
  const rows: readonly (readonly [string, string, string, boolean])[] = [
    ['a plain name is itself', '10.0.0.1', '10.0.0.1', true],
    ['a dot is no wildcard', '10.0.0.1', '10a0.0.1', false],
    ['a name is not a prefix', '10.0.0.1', '10.0.0.11', false],
    ['case does not matter', 'KVM-1', 'kvm-1', true],
    ['one name of a list is enough', 'kvm-1,10.0.0.1', '10.0.0.1', true],
    ['a port belongs to the name', '[10.0.0.1]:2222', '[10.0.0.1]:2222', true],
    ['the same host at another port is another name', '[10.0.0.1]:2222', '10.0.0.1', false],
    ['brackets are no character class', '[10.0.0.1]:2222', '1:2222', false],
    ['an address may be spelt in another way', 'FD00:0:0::0005', 'fd00::5', true],
    ['with a port, too', '[fd00:0:0::5]:2222', '[fd00::5]:2222', true],
    ['an IPv4 address may be dressed as IPv6', '::ffff:10.0.0.1', '10.0.0.1', true],
    ['port 22 may be named', '[10.0.0.1]:22', '10.0.0.1', true],
    ['a star is any run of characters', '10.0.*', '10.0.3.4', true],
    ['a question mark is one character', '10.0.0.?', '10.0.0.7', true],
    ['a question mark is not two', '10.0.0.?', '10.0.0.77', false],
    ['a negation takes the whole line out', '10.0.*,!10.0.3.4', '10.0.3.4', false],
    ['a negation of somebody else does not', '!10.0.3.5,10.0.*', '10.0.3.4', true],
    ['a negation alone matches nobody', '!10.0.3.5', '10.0.3.4', false],
  ]
  for (const [sentence, names, host, isKnown] of rows) {
    t.equal(knows(`${names} ${type} ${base64}\n`, host), isKnown, sentence)
  }
})

test('names hashed by ssh-keygen are found, and only they', async (t) => {
  const file = join(t.testdir({}), 'known_hosts')
  writeFileSync(file, `10.0.0.1 ${type} ${base64}\n[10.0.0.2]:2222 ${type} ${base64}\n`)
  execFileSync('ssh-keygen', ['-H', '-f', file], { stdio: 'ignore' })
  const text = readFileSync(file, 'latin1')
  t.notMatch(text, '10.0.0.1', 'it is hashed')
  t.equal(knows(text, '10.0.0.1'), true)
  t.equal(knows(text, '[10.0.0.2]:2222'), true)
  t.equal(knows(text, '10.0.0.2'), false)
  t.equal(knows(text, '10.0.0.3'), false)
})

test('lines that are no entry are counted and match nobody', async (t) => {
  const bad = [
    `|1|onlysalt ${type} ${base64}`,
    `|2|c2FsdA==|aGFzaA== ${type} ${base64}`,
    `|1|c2FsdA==|aGFzaA==|more ${type} ${base64}`,
    `@unheard-of * ${type} ${base64}`,
    '@revoked',
  ]
  const { entries, malformed } = parseKnownHosts(bad.join('\n'))
  t.strictSame(entries, [])
  t.equal(malformed, bad.length)
})

test('a line with a key that is cut or garbled makes its host known, with a key that nobody has', async (t) => {
  const keys = [base64.slice(0, -9), `${base64}AAAA`, 'AAAA', '////////', '35 1234567890']
  for (const key of keys) t.equal(knows(`10.0.0.1 ${type} ${key}`, '10.0.0.1'), false, key)
})

test('comments, empty lines and authorities are no entries and no mistakes', async (t) => {
  const text = `# 10.0.0.1 ${type} ${base64}\n\n   \n@cert-authority * ${type} ${base64}\r\n`
  t.strictSame(parseKnownHosts(text), { entries: [], malformed: 0 })
  t.equal(knows(`  10.0.0.1\t${type} ${base64} root@somewhere with words\r\n`, '10.0.0.1'), true)
})

test('what is known of a key, row by row', async (t) => {
  const right = `${type} ${base64}`
  const wrong = other.publicText
  const rsa = generateKey('rsa').publicText
  const rows: readonly (readonly [string, string, ReturnType<typeof judgeKey>])[] = [
    ['nothing is known', '', 'new'],
    ['only others are known', `10.0.0.9 ${right}`, 'new'],
    ['this key is known', `10.0.0.1 ${right}`, 'known'],
    ['this key is one of several', `10.0.0.1 ${wrong}\n10.0.0.1 ${right}`, 'known'],
    ['another key is known', `10.0.0.1 ${wrong}`, 'changed'],
    ['only another type is known', `10.0.0.1 ${rsa}`, 'changed'],
    ['the name knows it, nothing of the address', `kvm-1 ${right}`, 'known'],
    [
      'the name knows it, the address knows another',
      `kvm-1 ${right}\n10.0.0.1 ${wrong}`,
      'changed',
    ],
    [
      'the address knows it, the name knows another',
      `kvm-1 ${wrong}\n10.0.0.1 ${right}`,
      'changed',
    ],
    ['this key is revoked everywhere', `@revoked * ${right}\n10.0.0.1 ${right}`, 'revoked'],
    ['this key is revoked for another host', `@revoked kvm-9 ${right}\n10.0.0.1 ${right}`, 'known'],
    ['another key is revoked', `@revoked * ${wrong}`, 'new'],
    ['a line that lost its key does not let the next one in', `10.0.0.1 ${type}`, 'changed'],
    ['nor does one that lost all but the name', '10.0.0.1', 'changed'],
    ['a revocation that lost its key revokes nothing', '@revoked *', 'new'],
    [
      'a garbled key does not let the next one in',
      `10.0.0.1 ${type} ${base64.slice(4)}`,
      'changed',
    ],
  ]
  for (const [sentence, text, word] of rows) {
    const known = parseKnownHosts(text)
    const hosts = ['kvm-1', '10.0.0.1'].map((host) => entriesOf(known, host))
    t.equal(judgeKey(hosts, ours.publicKey), word, sentence)
  }
})

test('a key’s own bytes name its type', async (t) => {
  t.equal(keyType(ours.publicKey), 'ssh-ed25519')
  t.equal(keyType(Buffer.from([0, 0])), undefined)
  t.equal(keyType(Buffer.from([0, 0, 0, 9, 1])), undefined)
})

test('the fingerprint is the one that ssh-keygen prints', async (t) => {
  const file = join(t.testdir({}), 'key.pub')
  writeFileSync(file, ours.publicText)
  const printed = execFileSync('ssh-keygen', ['-l', '-f', file]).toString()
  t.match(printed, fingerprint(ours.publicKey))
})
