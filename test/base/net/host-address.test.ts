import { test } from 'tap'
import { isIpv4, isIpv6, parseHostAddress } from '../../../agent/base/net/host-address.ts'

test('IPv4 is four decimal bytes and nothing else', async (t) => {
  for (const text of ['0.0.0.0', '10.1.2.3', '255.255.255.255']) t.ok(isIpv4(text), text)
  for (const text of ['10.1.2', '10.1.2.3.', '10.1.2.3.4', '256.1.1.1', '01.2.3.4', '1.2.3.4\n']) {
    t.notOk(isIpv4(text), JSON.stringify(text))
  }
})

test('IPv6 in its many spellings', async (t) => {
  for (const text of [
    '::',
    '::1',
    'fd77::b',
    '2001:DB8:0:0:0:0:0:1',
    'fe80::1%eth0',
    '::ffff:10.0.0.1',
  ]) {
    t.ok(isIpv6(text), text)
  }
  for (const text of [
    '',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8',
    'g::1',
    '12345::',
    '::10.0.0.256',
    'fe80::1%',
    'fe80::1%a b',
  ]) {
    t.notOk(isIpv6(text), JSON.stringify(text))
  }
})

test('an address or a host name', async (t) => {
  for (const text of ['10.1.2.3', 'fd77::B', 'kvm-7', 'KVM-7.rack2.example.org', 'a.b.']) {
    t.equal(parseHostAddress(text), text.toLowerCase(), text)
  }
})

test('a zone keeps its case, which means another interface; the address does not', async (t) => {
  t.equal(parseHostAddress('FE80::1%Eth0'), 'fe80::1%Eth0')
  t.equal(parseHostAddress('fe80::1%eth0'), 'fe80::1%eth0')
})

test('names with an underscore, as resolvers take them', async (t) => {
  for (const text of ['kvm_host1', '_kvm', 'kvm_', 'a._b.c']) {
    t.equal(parseHostAddress(text), text)
  }
})

test('what is neither', async (t) => {
  const texts = [
    '',
    '-oProxyCommand=x',
    'a b',
    'a\n',
    'host;id',
    'host$(id)',
    'user@host',
    '*',
    '1.2.3',
    '999.1.1.1',
    '1234',
    'a..b',
    '-a.b',
    'a-.b',
    'x'.repeat(64),
    `${'a.'.repeat(127)}aa`,
    '-_a',
    'a_-',
    '[::1]',
    'höst',
  ]
  for (const text of texts) t.equal(parseHostAddress(text), undefined, JSON.stringify(text))
})
