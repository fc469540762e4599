import { writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { test } from 'tap'
import { ownHostRefusal, readOwnHost } from '../../../agent/http/accept/own-host.ts'
import type { OwnHost } from '../../../agent/http/accept/own-host.ts'
import { fenceRequest, hostAddress } from '../../fixtures/values/fence-records.ts'

const own: OwnHost = {
  addresses: () => ['127.0.0.1', '::1', '198.51.100.1', '2001:db8::1', 'fe80::1'],
  names: () => ['Peer-1'],
  hostUuids: () => ['0000AAAA-0000-bbbb-0000-cccc0000dddd'],
}

const strict = { allowLoopback: false }
const target = (...texts: readonly [string, ...string[]]) => {
  const [first, ...further] = texts
  return fenceRequest({ addresses: [hostAddress(first), ...further.map(hostAddress)] }).suspect
}

test('every way of naming the own host is refused', async (t) => {
  const rows: readonly (readonly [string, string])[] = [
    ['loopback', '127.0.0.1'],
    ['another address of the loopback network', '127.99.0.1'],
    ['loopback of IPv6', '::1'],
    ['loopback of IPv6 written out', '0:0:0:0:0:0:0:1'],
    ['loopback dressed as IPv6', '::ffff:127.0.0.1'],
    ['loopback dressed as IPv6 in hexadecimal', '::ffff:7f00:1'],
    ['localhost', 'localhost'],
    ['localhost with a final dot', 'localhost.'],
    ['a name below localhost', 'node-7.localhost'],
    ['the unspecified address', '0.0.0.0'],
    ['an address of "this network"', '0.1.2.3'],
    ['the unspecified address of IPv6', '::'],
    ['the unspecified address dressed as IPv6', '::ffff:0.0.0.0'],
    ['a multicast address', '224.0.0.1'],
    ['a multicast address of IPv6', 'ff02::1'],
    ['a multicast address with a zone', 'ff02::1%eth0'],
    ['broadcast', '255.255.255.255'],
    ['an address of an own interface', '198.51.100.1'],
    ['the same dressed as IPv6', '::ffff:198.51.100.1'],
    ['an IPv6 address of an own interface, written otherwise', '2001:0db8:0::1'],
    ['a link-local address of an own interface', 'fe80::1%eth7'],
    ['the own host name in another case', 'PEER-1'],
    ['the own host name with a final dot', 'peer-1.'],
  ]
  for (const [title, text] of rows) {
    t.match(
      ownHostRefusal(target(text), own, strict),
      { code: 'FENCE_TARGET_IS_OWN_HOST', field: 'targetHostIp' },
      title,
    )
    t.match(
      ownHostRefusal(target('192.0.2.7', text), own, strict),
      { code: 'FENCE_TARGET_IS_OWN_HOST', field: 'targetHostAddresses' },
      `${title}, among further addresses`,
    )
  }
})

test('the own uuid is refused in either form', async (t) => {
  for (const hostUuid of [
    '0000aaaa0000bbbb0000cccc0000dddd',
    '0000AAAA-0000-BBBB-0000-CCCC0000DDDD',
  ]) {
    const { suspect } = fenceRequest({ hostUuid })
    t.match(ownHostRefusal(suspect, own, strict), {
      code: 'FENCE_TARGET_IS_OWN_HOST',
      field: 'targetHostUuid',
    })
  }
})

test('another host passes', async (t) => {
  for (const text of [
    '192.0.2.7',
    '2001:db8::2',
    '::ffff:192.0.2.7',
    'peer-2',
    'localhost.example',
  ]) {
    t.equal(ownHostRefusal(target(text), own, strict), undefined, text)
  }
  const nobody: OwnHost = { addresses: () => [], names: () => [], hostUuids: () => [''] }
  t.equal(ownHostRefusal(fenceRequest({ hostUuid: '' }).suspect, nobody, strict), undefined)
  t.equal(ownHostRefusal(fenceRequest({ hostUuid: '---' }).suspect, nobody, strict), undefined)
})

test('allowLoopback opens loopback and nothing else', async (t) => {
  const loose = { allowLoopback: true }
  for (const text of ['127.0.0.1', '::1', 'localhost', '127.0.0.2', '::ffff:127.0.0.1']) {
    t.equal(ownHostRefusal(target(text), own, loose), undefined, text)
  }
  for (const text of ['0.0.0.0', '::', '198.51.100.1', 'peer-1', '224.0.0.1']) {
    t.match(ownHostRefusal(target(text), own, loose), { code: 'FENCE_TARGET_IS_OWN_HOST' }, text)
  }
})

test('the own host is read afresh', async (t) => {
  const file = join(t.testdir({}), 'uuids')
  const real = readOwnHost('configured', file)
  t.ok(real.addresses().includes('127.0.0.1'))
  t.same(real.names(), [hostname()])
  t.same(real.hostUuids(), ['configured'], 'without the file')
  writeFileSync(file, 'version=1\nhost=0000aaaa0000bbbb0000cccc0000dddd\nps=2\n')
  t.same(real.hostUuids(), ['configured', '0000aaaa0000bbbb0000cccc0000dddd'])
  writeFileSync(file, 'nohost=1\nhost=$(id)\n')
  t.same(real.hostUuids(), ['configured'], 'with a file that says nothing')
  t.same(readOwnHost('', file).hostUuids(), [], 'with nothing at all')
})
