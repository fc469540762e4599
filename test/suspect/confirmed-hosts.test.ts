import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import type { Test } from 'tap'
import {
  confirmedHostsFile,
  createConfirmedHosts,
  uuidsKeptMax,
} from '../../agent/suspect/confirmed-hosts.ts'
import { generateKey } from '../fixtures/servers/suspect-host.ts'

const { publicKey: key, publicText } = generateKey()
const { publicKey: otherKey } = generateKey()
const hosts = ['kvm-1', '10.0.0.1']

const folder = (t: Test) => {
  const known = join(t.testdir({}), 'known_hosts')
  return { file: confirmedHostsFile(known), open: () => createConfirmedHosts(known) }
}

test('a confirmed contact is known to the next process, under each name and for that key', async (t) => {
  const { file, open } = folder(t)
  t.equal(await open().of(hosts, key), undefined, 'nobody was confirmed before')
  t.equal(await open().remember(hosts, key, ['aa', 'bb']), 'kept')
  const lines = hosts.map((host) => `${host} ${publicText.trim()} aa,bb\n`).join('')
  t.equal(readFileSync(file, 'latin1'), lines, 'in the form of known hosts')
  t.same(await open().of(['10.0.0.1'], key), ['aa', 'bb'])
  t.equal(await open().of(['10.0.0.1'], otherKey), undefined, 'another key is another host')
  t.equal(
    await open().of(['10.0.0.2'], key),
    undefined,
    'a copy of the key elsewhere is another host',
  )
})

test('a host that shows nothing is confirmed, and bound to nothing', async (t) => {
  const { open } = folder(t)
  await open().remember(hosts, key, [])
  t.same(await open().of(hosts, key), [])
})

test('what a host called itself is added to, the newest first, and has an end', async (t) => {
  const { file, open } = folder(t)
  await open().remember(['10.0.0.9'], key, ['zz'])
  const all = Array.from({ length: uuidsKeptMax + 4 }, (_none, index) => `u${index}`)
  for (const one of all) await open().remember(hosts, key, [one])
  t.same(await open().of(hosts, key), all.toReversed().slice(0, uuidsKeptMax))
  t.same(await open().of(['10.0.0.9'], key), ['zz'], 'of others nothing is lost')
  const before = readFileSync(file, 'latin1')
  t.equal(await open().remember(hosts, key, ['u9', 'u10']), 'kept')
  t.equal(readFileSync(file, 'latin1'), before, 'what is known already is not written again')
})

test('a key that is none is confirmed for nobody', async (t) => {
  const { open } = folder(t)
  const none = Buffer.from('x')
  await open().remember(hosts, none, ['aa'])
  t.equal(await open().of(hosts, none), undefined)
})

test('what cannot be read confirms nobody', async (t) => {
  const { file, open } = folder(t)
  writeFileSync(file, `10.0.0.1 ${publicText}`)
  t.same(await open().of(hosts, key), [])
  t.equal(await createConfirmedHosts('/dev/null/known_hosts').of(hosts, key), undefined)
  t.equal(
    await createConfirmedHosts('/dev/null/known_hosts').remember(hosts, key, ['aa']),
    'failed',
  )
})

test('a key that was revoked there is nobody', async (t) => {
  const { file, open } = folder(t)
  writeFileSync(file, `@revoked 10.0.0.1 ${publicText}`)
  t.equal(await open().of(hosts, key), undefined)
})
