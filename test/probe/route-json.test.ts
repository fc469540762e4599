import { test } from 'tap'
import { isLinkUp, readGateways, readRoute, zonedGateway } from '../../agent/probe/route-json.ts'
import type { Route } from '../../agent/probe/route-json.ts'

const none: Route = { kind: 'none' }

// Recorded from iproute2 6.1 on Linux 6.18.
const routes: readonly [string, string, string, Route][] = [
  [
    'on-link',
    '10.77.0.2',
    '[{"dst":"10.77.0.2","dev":"v0","prefsrc":"10.77.0.1","flags":[],"uid":0,"cache":[]}]',
    { kind: 'on-link', device: 'v0', source: '10.77.0.1' },
  ],
  [
    'on-link, IPv6',
    'fd77::2',
    '[{"dst":"fd77::2","from":"::","dev":"v0","protocol":"kernel","prefsrc":"fd77::1","metric":256,"flags":[],"pref":"medium"}]',
    { kind: 'on-link', device: 'v0', source: 'fd77::1' },
  ],
  [
    'on-link, without a source',
    '10.77.0.2',
    '[{"dst":"10.77.0.2","dev":"v0"}]',
    { kind: 'on-link', device: 'v0', source: '' },
  ],
  [
    'off-link',
    '10.99.1.1',
    '[{"dst":"10.99.1.1","gateway":"10.77.0.2","dev":"v0","prefsrc":"10.77.0.1","flags":[],"uid":0,"cache":[]}]',
    { kind: 'off-link', device: 'v0', source: '10.77.0.1', gateway: '10.77.0.2' },
  ],
  [
    'off-link, IPv6',
    'fd99::1',
    '[{"dst":"fd99::1","from":"::","gateway":"fe80::5","dev":"v0","prefsrc":"fd77::1","metric":77,"flags":[],"pref":"medium"}]',
    { kind: 'off-link', device: 'v0', source: 'fd77::1', gateway: 'fe80::5' },
  ],
  [
    'off-link by an IPv6 gateway',
    '10.99.1.1',
    '[{"dst":"10.99.1.1","via":{"family":"inet6","host":"fe80::5"},"dev":"v0","prefsrc":"10.77.0.1"}]',
    { kind: 'off-link', device: 'v0', source: '10.77.0.1', gateway: 'fe80::5' },
  ],
  [
    'our own address',
    '10.77.0.1',
    '[{"type":"local","dst":"10.77.0.1","dev":"lo","prefsrc":"10.77.0.1","flags":[],"uid":0,"cache":["local"]}]',
    { kind: 'local' },
  ],
  [
    'a broadcast address',
    '10.77.0.255',
    '[{"type":"broadcast","dst":"10.77.0.255","dev":"v0","prefsrc":"10.77.0.1","flags":[],"uid":0,"cache":["local","brd"]}]',
    none,
  ],
  [
    'a multicast address',
    'ff02::1',
    '[{"type":"multicast","dst":"ff02::1","from":"::","dev":"v0","table":"local","protocol":"kernel","prefsrc":"fd77::1","metric":256,"flags":[],"pref":"medium"}]',
    none,
  ],
  [
    'an unreachable route',
    'fd66::1',
    '[{"type":"unreachable","dst":"fd66::1","from":"::","dev":"lo","metric":1024,"error":-113}]',
    none,
  ],
  ['no output', '10.88.0.1', '', none],
  ['an empty list', '10.88.0.1', '[]', none],
  ['text for people', '10.77.0.2', '10.77.0.2 dev v0 src 10.77.0.1 uid 0', none],
  [
    'two routes',
    '10.77.0.2',
    '[{"dst":"10.77.0.2","dev":"v0"},{"dst":"10.77.0.2","dev":"v1"}]',
    none,
  ],
  ['the route of another address', '10.77.0.2', '[{"dst":"10.77.0.3","dev":"v0"}]', none],
  ['no address', '10.77.0.2', '[{"dev":"v0"}]', none],
  ['no device', '10.77.0.2', '[{"dst":"10.77.0.2"}]', none],
  ['a device name that cannot be', '10.77.0.2', '[{"dst":"10.77.0.2","dev":"a b"}]', none],
  ['a gateway that is none', '10.77.0.2', '[{"dst":"10.77.0.2","dev":"v0","gateway":7}]', none],
  [
    'a gateway that is no address',
    '10.77.0.2',
    '[{"dst":"10.77.0.2","dev":"v0","gateway":"router"}]',
    none,
  ],
]

test('what the route to an address is', async (t) => {
  for (const [name, address, text, expected] of routes)
    t.same(readRoute(address, text), expected, name)
})

test('the gateways of the default routes', async (t) => {
  const both =
    '[{"dst":"default","gateway":"fe80::5","dev":"v0","metric":77,"flags":[],"pref":"medium"},{"dst":"default","gateway":"fd77::2","dev":"v0","metric":1024,"flags":[],"pref":"medium"}]'
  t.same(readGateways(both), ['fe80::5%v0', 'fd77::2'])
  const refusing =
    '[{"dst":"default","gateway":"10.77.0.2","dev":"v0","flags":[]},{"type":"unreachable","dst":"default","metric":5,"flags":[]}]'
  t.same(readGateways(refusing), ['10.77.0.2'])
  const hops =
    '[{"dst":"default","flags":[],"nexthops":[{"gateway":"10.77.0.2","dev":"v0","weight":1,"flags":[]},{"gateway":"10.77.0.3","dev":"v0","weight":1,"flags":[]},7]}]'
  t.same(readGateways(hops), ['10.77.0.2', '10.77.0.3'])
  t.same(readGateways('[{"dst":"default","dev":"ppp0"}]'), [])
  t.same(readGateways('default via 10.77.0.2 dev v0'), [])
  t.same(readGateways('{"dst":"default"}'), [])
})

test('only a link-local gateway needs its interface', async (t) => {
  t.equal(zonedGateway('fe80::1', 'v0'), 'fe80::1%v0')
  t.equal(zonedGateway('febf::1', 'v0'), 'febf::1%v0')
  t.equal(zonedGateway('fd00::1', 'v0'), 'fd00::1')
  t.equal(zonedGateway('10.0.0.1', 'v0'), '10.0.0.1')
})

test('a link is up only with its carrier', async (t) => {
  const link = (flags: string) => `[{"ifindex":2,"ifname":"v0","flags":${flags},"mtu":1500}]`
  t.ok(isLinkUp('v0', link('["BROADCAST","MULTICAST","UP","LOWER_UP"]')), 'up')
  t.notOk(isLinkUp('v0', link('["NO-CARRIER","BROADCAST","MULTICAST","UP"]')), 'cable pulled')
  t.notOk(isLinkUp('v0', link('["NO-CARRIER","UP","LOWER_UP"]')), 'contradiction')
  t.notOk(isLinkUp('v0', link('["BROADCAST","UP"]')), 'no word about the carrier')
  t.notOk(isLinkUp('v0', link('["BROADCAST","LOWER_UP"]')), 'switched off')
  t.notOk(isLinkUp('v0', link('"UP"')), 'flags in another shape')
  t.notOk(isLinkUp('v1', link('["UP","LOWER_UP"]')), 'another device')
  t.notOk(isLinkUp('v0', '[{"ifname":"v0"},{"ifname":"v0"}]'), 'two devices')
  t.notOk(isLinkUp('v0', 'null'), 'nothing')
})
