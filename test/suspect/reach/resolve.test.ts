import { test } from 'tap'
import { parseHostAddress } from '../../../agent/base/net/host-address.ts'
import type { HostAddress } from '../../../agent/base/net/host-address.ts'
import {
  addressesMax,
  plainAddress,
  resolve,
  systemLookup,
} from '../../../agent/suspect/reach/resolve.ts'
import { deadlineIn } from '../../../agent/base/time/deadline.ts'
import type { Within } from '../../../agent/base/time/deadline.ts'
import { createWallClock } from '../../fixtures/worlds/wall-clock.ts'

const host = (text: string): HostAddress => {
  const parsed = parseHostAddress(text)
  if (parsed === undefined) throw new Error(`no address: ${text}`)
  return parsed
}

const within = (speed = 1, signal = new AbortController().signal): Within => {
  const clock = createWallClock(speed)
  return { clock, signal, deadline: deadlineIn(20_000, clock) }
}

const nobody = (): Promise<readonly string[]> => Promise.reject(new Error('not found'))

test('literals pass without a lookup, each once, in order', async (t) => {
  const names = ['10.0.0.2', 'fe80::1%eth0', '::ffff:10.0.0.2', '10.0.0.1'].map(host)
  t.strictSame(await resolve(names, nobody, within()), {
    addresses: [
      { address: '10.0.0.2', name: undefined },
      { address: 'fe80::1%eth0', name: undefined },
      { address: '10.0.0.1', name: undefined },
    ],
    leftOut: [],
    isComplete: true,
  })
})

test('a name gives all its addresses and stays with them', async (t) => {
  const find = () => Promise.resolve(['10.0.0.7', '::ffff:a00:8'])
  const { addresses, isComplete } = await resolve([host('kvm-7.example')], find, within())
  t.strictSame(addresses, [
    { address: '10.0.0.7', name: 'kvm-7.example' },
    { address: '10.0.0.8', name: 'kvm-7.example' },
  ])
  t.equal(isComplete, true)
})

test('the system resolver is asked', async (t) => {
  const { addresses } = await resolve([host('localhost')], systemLookup, within())
  t.ok(addresses.some(({ address }) => address === '127.0.0.1' || address === '::1'))
})

test('a name without an address leaves the list incomplete, whatever else was found', async (t) => {
  for (const find of [nobody, () => Promise.resolve([])]) {
    const found = await resolve([host('gone.example'), host('10.0.0.1')], find, within())
    t.equal(found.isComplete, false)
    t.strictSame(found.addresses, [{ address: '10.0.0.1', name: undefined }])
  }
})

test('a resolver that hangs is left behind in time', async (t) => {
  const hanging = (): Promise<readonly string[]> =>
    new Promise(() => {
      // Never.
    })
  const late = await resolve([host('slow.example')], hanging, within(50))
  t.strictSame(late, { addresses: [], leftOut: [], isComplete: false })
  const aborted = await resolve([host('slow.example')], hanging, within(1, AbortSignal.abort()))
  t.equal(aborted.isComplete, false)
})

test('more addresses than the limit are named as left out', async (t) => {
  const many = Array.from({ length: addressesMax + 2 }, (_, index) => `10.0.1.${index + 1}`)
  const found = await resolve([host('many.example')], () => Promise.resolve(many), within())
  t.equal(found.addresses.length, addressesMax)
  t.strictSame(
    found.leftOut.map(({ address }) => address),
    ['10.0.1.9', '10.0.1.10'],
  )
})

test('an IPv4 address in IPv6 clothes is the IPv4 address', async (t) => {
  const rows: readonly (readonly [string, string])[] = [
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['::ffff:a00:1', '10.0.0.1'],
    ['::FFFF:C0A8:0102', '192.168.1.2'],
    ['0:0:0:0:0:ffff:10.1.2.3', '10.1.2.3'],
    ['::1', '::1'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
    ['2001:db8::ffff:10.0.0.1', '2001:db8::ffff:a00:1'],
    ['::ffff:1:2:3', '::ffff:1:2:3'],
    ['10.0.0.1', '10.0.0.1'],
    ['2001:DB8:0:0::01', '2001:db8::1'],
    ['fe80:0::1%eth0', 'fe80::1%eth0'],
    ['::506:708', '::5.6.7.8'],
    ['::5.6.7.8', '::5.6.7.8'],
    ['no:address', 'no:address'],
  ]
  for (const [given, plain] of rows) t.equal(plainAddress(given), plain, given)
})
