import { test } from 'tap'
import {
  isBeside,
  isSameAddress,
  parseProbeAddress,
  zonedAddress,
} from '../../agent/probe/address.ts'

test('addresses that may be probed', async (t) => {
  t.same(parseProbeAddress('10.0.0.1'), { family: 'ipv4', plain: '10.0.0.1', zone: '' })
  t.same(parseProbeAddress('FD77:0:0::2'), { family: 'ipv6', plain: 'fd77::2', zone: '' })
  t.same(parseProbeAddress('fe80::1%v0'), { family: 'ipv6', plain: 'fe80::1', zone: 'v0' })
})

test('everything else is not', async (t) => {
  const others = [
    'host.example',
    '',
    '-c',
    '10.0.0.1 ',
    '10.0.0.01',
    '1.2.3.4::',
    '::ffff:10.0.0.1',
    'fe80::1%a b',
    '0:0:0:0:0:ffff:a00:1',
  ]
  for (const text of others) t.equal(parseProbeAddress(text), undefined, text)
})

test('two spellings of one address are the same', async (t) => {
  t.ok(isSameAddress('fd77::2', 'FD77:0:0:0::0002'))
  t.ok(isSameAddress('fe80::2%v0', 'fe80::2'))
  t.notOk(isSameAddress('10.0.0.1', '10.0.0.2'))
  t.notOk(isSameAddress('10.0.0.1', 'host.example'))
  t.notOk(isSameAddress('', ''), 'what is no address equals nothing')
  t.equal(zonedAddress({ family: 'ipv6', plain: 'fe80::1', zone: 'v0' }), 'fe80::1%v0')
  t.equal(zonedAddress({ family: 'ipv6', plain: 'fd00::1', zone: '' }), 'fd00::1')
})

test('one subnet by the numbers, and of one family and zone', async (t) => {
  const v4 = { family: 'ipv4', plain: '10.0.0.1', zone: '' } as const
  const v6 = { family: 'ipv6', plain: 'fe80::1', zone: 'v0' } as const
  t.ok(isBeside(v4, { ...v4, plain: '10.0.0.254' }))
  t.notOk(isBeside(v4, { ...v4, plain: '10.0.1.1' }))
  t.ok(isBeside(v6, { ...v6, plain: 'fe80::2' }))
  t.notOk(isBeside(v6, { ...v6, plain: 'fe80::2', zone: 'v1' }), 'another link')
  t.notOk(isBeside(v4, v6))
  t.notOk(isBeside(v6, v4))
})
