import { test } from 'tap'
import {
  allowedCallbacks,
  callerAddress,
  mayReach,
} from '../../../agent/http/accept/allowed-callback.ts'
import type { CallerAddress } from '../../../agent/http/accept/allowed-callback.ts'

const from = (address: string): CallerAddress => callerAddress(address, false)

const forbidden: readonly (readonly [string, string])[] = [
  ['a link-local address, where clouds keep their metadata', '169.254.169.254'],
  ['the first of them', '169.254.0.0'],
  ['link-local in IPv6', 'fe80::1'],
  ['the last of them', 'febf:ffff::1'],
  ['link-local, mapped', '::ffff:169.254.169.254'],
  ['the same in hexadecimal', '::ffff:a9fe:a9fe'],
  ['the same in full', '0:0:0:0:0:FFFF:169.254.169.254'],
  ['IPv4-compatible', '::169.254.169.254'],
  ['translated', '64:ff9b::a9fe:a9fe'],
  ['translated by a local prefix', '64:ff9b:1::a9fe:a9fe'],
  ['6to4', '2002:a9fe:a9fe::1'],
  ['Teredo', '2001:0:a9fe:a9fe::1'],
  ['unspecified', '0.0.0.0'],
  ['this network', '0.1.2.3'],
  ['unspecified in IPv6', '::'],
  ['unspecified, mapped', '::ffff:0.0.0.0'],
  ['multicast', '224.0.0.1'],
  ['multicast in IPv6', 'ff02::1'],
  ['multicast, mapped', '::ffff:239.1.2.3'],
  ['broadcast', '255.255.255.255'],
  ['reserved', '240.0.0.1'],
  ['a host name', 'mn.example'],
  ['nothing', ''],
]

test('some addresses take no answer, whoever asks and whatever is listed', async (t) => {
  const refusal = allowedCallbacks(['0.0.0.0/0', '::/0'])
  for (const [title, address] of forbidden) {
    t.notOk(mayReach(address), title)
    const caller = { address: address.toLowerCase() }
    t.match(refusal(address, caller), { code: 'FENCE_CALLBACK_NOT_ALLOWED' }, title)
    t.match(
      refusal(address, from(address)),
      { field: 'callbackurl', rule: /takes no answer/ },
      title,
    )
  }
  for (const address of ['10.0.0.1', '127.0.0.1', '::1', '2001:db8::1', '::ffff:10.0.0.1']) {
    t.ok(mayReach(address), address)
    t.equal(refusal(address, from('192.0.2.1')), undefined, `${address} is in the list`)
  }
})

test('by default the caller’s own address, however it is spelt', async (t) => {
  const refusal = allowedCallbacks([])
  const rows: readonly (readonly [string, string, CallerAddress, boolean])[] = [
    ['its own', '10.0.0.1', from('10.0.0.1'), true],
    ['its own, seen by a dual-stack listener', '10.0.0.1', from('::ffff:10.0.0.1'), true],
    ['its own, mapped', '::ffff:10.0.0.1', from('10.0.0.1'), true],
    ['its own in other spelling', '2001:DB8:0::1', from('2001:db8::1'), true],
    ['another', '10.0.0.2', from('10.0.0.1'), false],
    ['loopback from elsewhere', '127.0.0.1', from('10.0.0.1'), false],
    ['loopback from elsewhere in IPv6', '::1', from('10.0.0.1'), false],
    ['loopback from loopback', '127.0.0.1', from('127.0.0.1'), true],
    ['the other loopback', '::1', from('127.0.0.9'), true],
    ['mapped loopback', '::ffff:127.0.0.1', from('::1'), true],
    ['elsewhere from loopback', '10.0.0.1', from('127.0.0.1'), false],
    ['loopback over a unix socket', '127.0.0.1', callerAddress(undefined, true), true],
    ['elsewhere over a unix socket', '10.0.0.1', callerAddress(undefined, true), false],
    [
      'loopback from a connection that is gone',
      '127.0.0.1',
      callerAddress(undefined, false),
      false,
    ],
    ['anything from a connection that is gone', '10.0.0.1', callerAddress(undefined, false), false],
  ]
  for (const [title, address, caller, isFine] of rows) {
    const refused = refusal(address, caller)
    t.equal(refused === undefined, isFine, title)
    if (!isFine) t.match(refused, { rule: /neither at the address of the caller nor in/ }, title)
  }
})

test('networks of the configuration are allowed besides', async (t) => {
  const refusal = allowedCallbacks(['10.1.0.0/16'])
  t.equal(refusal('10.1.2.3', from('127.0.0.1')), undefined)
  t.equal(refusal('::ffff:10.1.2.3', from('127.0.0.1')), undefined)
  t.equal(refusal('127.0.0.1', from('127.0.0.1')), undefined, 'the caller’s own still is')
  t.ok(refusal('10.2.0.1', from('127.0.0.1')))
})
