import { test } from 'tap'
import { parseCidr } from '../../../agent/base/net/cidr.ts'

test('networks and single addresses', async (t) => {
  t.same(parseCidr('10.0.0.0/8'), { address: '10.0.0.0', prefix: 8, family: 'ipv4' })
  t.same(parseCidr('0.0.0.0/0'), { address: '0.0.0.0', prefix: 0, family: 'ipv4' })
  t.same(parseCidr('10.1.2.3'), { address: '10.1.2.3', prefix: 32, family: 'ipv4' })
  t.same(parseCidr('fd00::/8'), { address: 'fd00::', prefix: 8, family: 'ipv6' })
  t.same(parseCidr('::1'), { address: '::1', prefix: 128, family: 'ipv6' })
})

test('anything else is no network', async (t) => {
  const rows = [
    '',
    'host/8',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/08',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '10.0.0.0/ 8',
    '10.0.0/8',
    'fd00::/129',
    'fe80::1%eth0',
    'fe80::%eth0/64',
  ]
  for (const text of rows) t.equal(parseCidr(text), undefined, `"${text}" is no network`)
})
