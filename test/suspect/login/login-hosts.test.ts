import { test } from 'tap'
import { parseHostAddress } from '../../../agent/base/net/host-address.ts'
import { namedBy } from '../../../agent/suspect/login/login-hosts.ts'

const isNamed = (hosts: readonly string[], text: string): boolean => {
  const address = parseHostAddress(text)
  if (address === undefined) throw new Error(`no address: ${text}`)
  return namedBy(hosts)(address)
}

test('networks name addresses, patterns name names', async (t) => {
  const rows: readonly (readonly [string, string, boolean])[] = [
    ['10.1.0.0/16', '10.1.255.255', true],
    ['10.1.0.0/16', '10.2.0.0', false],
    ['10.1.0.7', '10.1.0.7', true],
    ['10.1.0.7', '10.1.0.70', false],
    ['0.0.0.0/0', 'fd00::1', false],
    ['::/0', '10.1.0.7', false],
    ['fd00::/8', 'fdff::1', true],
    ['fd00::/8', 'fdff::1%eth0', true],
    ['10.1.0.0/16', '::ffff:10.1.0.7', true],
    ['10.1.0.0/16', '::ffff:10.2.0.7', false],
    ['::/0', '::ffff:10.1.0.7', false],
    ['*.rack1.example', 'kvm7.rack1.example', true],
    ['*.rack1.example', 'KVM7.Rack1.example.', true],
    ['*.rack1.example', 'kvm7.rack1.example.evil.example', false],
    ['*', 'kvm7', true],
    ['*', '10.1.0.7', false],
    ['*', 'fd00::1', false],
    ['0.0.0.0/0', 'kvm7', false],
  ]
  for (const [host, address, expected] of rows) {
    t.equal(isNamed([host], address), expected, `${host} for ${address}`)
  }
  t.ok(isNamed(['10.0.0.1', 'fd00::/8', 'a*', 'b'], 'b'), 'any of several')
  t.notOk(isNamed([], '10.0.0.1'))
})

test('what is neither is no entry', async (t) => {
  t.throws(() => namedBy(['10.0.0.*']), TypeError)
})
