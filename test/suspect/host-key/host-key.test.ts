import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { openHostKeyGate } from '../../../agent/suspect/host-key/host-key.ts'
import type { HostKeyGate, HostKeyPolicy } from '../../../agent/suspect/host-key/host-key.ts'
import { createKnownHostsFile } from '../../../agent/suspect/host-key/known-hosts-file.ts'
import { fingerprint } from '../../../agent/suspect/host-key/known-hosts.ts'
import { generateKey } from '../../fixtures/servers/suspect-host.ts'

const ours = generateKey()
const other = generateKey()
const rsa = generateKey('rsa')

const open = async (
  path: string,
  policy: HostKeyPolicy = 'accept-new',
  file = createKnownHostsFile(path),
): Promise<HostKeyGate> => {
  const gate = await openHostKeyGate(['kvm-1', '10.0.0.1'], 22, policy, file)
  if (gate === 'known-hosts-unreadable') throw new Error(gate)
  return gate
}

test('accept-new records an unknown key under name and address, and knows it from then on', async (t) => {
  const path = join(t.testdir({}), 'known_hosts')
  const gate = await open(path)
  t.equal(gate.refusalOf(ours.publicKey), undefined)
  t.notOk(existsSync(path), 'nothing is recorded before the key has proven itself')
  t.equal(await gate.admit(ours.publicKey), undefined)
  t.match(
    readFileSync(path, 'latin1'),
    /^kvm-1,10\.0\.0\.1 ssh-ed25519 AAAA\S+ peerfence-first-contact\n$/,
  )
  const again = await open(path)
  t.equal(again.refusalOf(ours.publicKey), undefined)
  t.equal(again.refusalOf(other.publicKey), 'host-key-changed')
  t.equal(await again.admit(ours.publicKey), undefined)
  t.equal(readFileSync(path, 'latin1').split('\n').length, 2, 'and is not recorded twice')
})

test('the port is part of the record', async (t) => {
  const path = join(t.testdir({}), 'known_hosts')
  const gate = await openHostKeyGate(['::1'], 2222, 'accept-new', createKnownHostsFile(path))
  if (gate === 'known-hosts-unreadable') throw new Error(gate)
  t.equal(await gate.admit(ours.publicKey), undefined)
  t.match(readFileSync(path, 'latin1'), /^\[::1\]:2222 ssh-ed25519 /)
})

test('what is no key is not recorded', async (t) => {
  const path = join(t.testdir({}), 'known_hosts')
  t.equal(await (await open(path)).admit(Buffer.from('no key')), 'host-key-changed')
  t.notOk(existsSync(path))
})

test('strict refuses an unknown key and records nothing', async (t) => {
  const path = join(t.testdir({}), 'known_hosts')
  const gate = await open(path, 'strict')
  t.equal(gate.refusalOf(ours.publicKey), 'host-key-unknown')
  t.equal(await gate.admit(ours.publicKey), 'host-key-unknown')
  t.notOk(existsSync(path))
})

test('strict lets a known key pass', async (t) => {
  const path = join(t.testdir({ known_hosts: `10.0.0.1 ${ours.publicText}` }), 'known_hosts')
  const gate = await open(path, 'strict')
  t.equal(gate.refusalOf(ours.publicKey), undefined)
  t.equal(await gate.admit(ours.publicKey), undefined)
})

test('another key, another type and a revoked key refuse under both policies', async (t) => {
  for (const policy of ['strict', 'accept-new'] as const) {
    const path = join(
      t.testdir({ known_hosts: `10.0.0.1 ${rsa.publicText}\n@revoked * ${other.publicText}\n` }),
      'known_hosts',
    )
    const gate = await open(path, policy)
    t.equal(gate.refusalOf(ours.publicKey), 'host-key-changed')
    t.equal(await gate.admit(ours.publicKey), 'host-key-changed')
    t.equal(gate.refusalOf(other.publicKey), 'host-key-revoked')
    t.equal(await gate.admit(other.publicKey), 'host-key-revoked')
  }
})

test('a known host is asked for the key types that are known of it, an unknown one for all', async (t) => {
  const folder = t.testdir({
    rsa: `kvm-1 ${rsa.publicText}\n10.0.0.1 ${ours.publicText}\n@revoked * ${other.publicText}`,
    odd: `10.0.0.1 ssh-dss ${dss}`,
    none: '',
  })
  const offered = async (file: string) => (await open(join(folder, file))).algorithms
  t.strictSame(await offered('rsa'), ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-ed25519'])
  const all = await offered('none')
  t.equal(all.includes('ssh-rsa'), false, 'never the SHA-1 form')
  t.equal(all[0], 'ssh-ed25519')
  t.strictSame(await offered('odd'), all, 'a type that cannot be offered leaves all')
  t.equal((await open(join(folder, 'odd'))).refusalOf(ours.publicKey), 'host-key-changed')
})

const dssBytes = Buffer.concat([Buffer.from([0, 0, 0, 7]), Buffer.from('ssh-dss'), Buffer.alloc(9)])
const dss = dssBytes.toString('base64')

test('a file that cannot be read refuses; one that cannot be written refuses a new key', async (t) => {
  const folder = t.testdir({ folder: {} })
  const unreadable = createKnownHostsFile(join(folder, 'folder'))
  const gate = await openHostKeyGate(['10.0.0.1'], 22, 'accept-new', unreadable)
  t.equal(gate, 'known-hosts-unreadable')
  const unwritable = await open('/proc/peerfence/known_hosts')
  t.equal(unwritable.refusalOf(ours.publicKey), undefined)
  t.equal(await unwritable.admit(ours.publicKey), 'host-key-unrecorded')
})

test('of two fences that meet an unknown host, the second takes the first one’s record', async (t) => {
  const path = join(t.testdir({}), 'known_hosts')
  const file = createKnownHostsFile(path)
  const [first, same, liar] = await Promise.all([
    open(path, 'accept-new', file),
    open(path, 'accept-new', file),
    open(path, 'accept-new', file),
  ])
  t.strictSame(
    await Promise.all([
      first.admit(ours.publicKey),
      same.admit(ours.publicKey),
      liar.admit(other.publicKey),
    ]),
    [undefined, undefined, 'host-key-changed'],
  )
  t.equal(readFileSync(path, 'latin1').trim().split('\n').length, 1)
})

test('a key that was revoked since the session began is not recorded', async (t) => {
  const path = join(t.testdir({}), 'known_hosts')
  const gate = await open(path)
  writeFileSync(path, `@revoked * ${ours.publicText}\n`)
  t.equal(await gate.admit(ours.publicKey), 'host-key-changed')
})

test('the keys that are known of a host are told by their fingerprints, each once', async (t) => {
  const known_hosts = `kvm-1,10.0.0.1 ${ours.publicText}\n10.0.0.1 ${ours.publicText}\n@revoked * ${other.publicText}\nkvm-1 ssh-rsa AAAA\n`
  const gate = await openHostKeyGate(
    ['kvm-1', '10.0.0.1'],
    22,
    'strict',
    createKnownHostsFile(join(t.testdir({ known_hosts }), 'known_hosts')),
  )
  t.strictSame(Reflect.get(Object(gate), 'known'), [fingerprint(ours.publicKey)])
})
