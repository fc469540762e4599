import { test } from 'tap'
import { insideOf, literalAddress } from '../../../agent/base/net/networks.ts'

test('one address has one spelling', async (t) => {
  const rows: readonly (readonly [string, string, string | undefined])[] = [
    ['an IPv4 address', '10.0.0.1', '10.0.0.1'],
    ['a long IPv6 address', '2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['an IPv6 address with a zone', 'fe80::1%eth0', 'fe80::1'],
    ['an IPv4 address dressed as IPv6', '::ffff:10.0.0.1', '10.0.0.1'],
    ['the same in hexadecimal', '0:0:0:0:0:FFFF:0A00:0001', '10.0.0.1'],
    ['the highest one', '::ffff:ffff:ffff', '255.255.255.255'],
    ['an IPv6 address that only looks like it', '::fffe:10.0.0.1', '::fffe:a00:1'],
    ['a host name', 'node-7', undefined],
    ['nothing', '', undefined],
  ]
  for (const [title, text, address] of rows) t.equal(literalAddress(text)?.address, address, title)
})

test('inside is decided by number, not by text', async (t) => {
  const isInside = insideOf(['10.0.0.0/8', 'fd00::/8', '192.0.2.1'])
  for (const text of ['10.255.0.1', '::ffff:10.0.0.1', 'FD12::1', '192.0.2.1']) {
    t.ok(isInside(text), text)
  }
  for (const text of ['11.0.0.1', 'fe00::1', '192.0.2.2', '10.example', '::ffff:11.0.0.1', '']) {
    t.notOk(isInside(text), text)
  }
  t.notOk(insideOf(['::/0'])('10.0.0.1'), 'every IPv6 address, and no other')
  t.notOk(insideOf(['0.0.0.0/0'])('fd00::1'))
  t.notOk(insideOf([])('10.0.0.1'), 'nothing is inside of no network')
  t.throws(() => insideOf(['10.0.0.0/99']), /not a network/)
})
