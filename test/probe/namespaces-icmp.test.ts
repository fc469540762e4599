// runs in a process of its own: it waits for the kernel, and others can run meanwhile
/**
 * Whoever sends an ICMP error, it is no silence; only our own kernel's word that nobody answers ARP
 * is.
 */
import t, { test } from 'tap'
import { someRules, someWitness } from '../fixtures/values/evidence.ts'
import { decide } from '../../agent/domain/decide.ts'
import type { Dial, ProbeEvidence } from '../../agent/fence/ports.ts'
import { combineSilence } from '../../agent/fence/silence.ts'
import { makeNetwork, skipReason } from './namespaces.ts'

const root = { skip: skipReason() }
t.jobs = 4
t.setTimeout(150_000)
const v4 = '10.91.0.2'
const v6 = 'fd91::2'

const oneLook = { tookMs: 15_000, rules: someRules, everMet: { by: 'never' } } as const

/** What the rule makes of it, whatever TCP saw, with a witness beyond doubt. */
const becauseOf = (addresses: ProbeEvidence['addresses']): readonly string[] => {
  const vouchesFor = addresses.map(({ address }) => address)
  const witnesses = [{ ...someWitness, vouchesFor }]
  const words: readonly Dial['tcp'][] = ['silent', 'no-neighbour-or-icmp']
  return words.map((tcp) => {
    const dials = vouchesFor.map((address) => ({ address, tcp }))
    const silence = combineSilence(dials, { addresses, witnesses }, oneLook)
    return decide({ kind: 'silence', silence }).because
  })
}

const rejects: readonly (readonly [string, string, string])[] = [
  ...['host-prohibited', 'admin-prohibited', 'port-unreachable', 'host-unreachable'].map(
    (type) => [v4, type, `in ip protocol icmp reject with icmp type ${type}`] as const,
  ),
  ...['admin-prohibited', 'port-unreachable', 'addr-unreachable'].map(
    (type) => [v6, type, `in icmpv6 type echo-request reject with icmpv6 type ${type}`] as const,
  ),
]

test('a live suspect that rejects', root, async (t) => {
  const { look, filter, inside } = await makeNetwork(t)
  for (const [address, type, rule] of rejects) {
    filter('suspect', [rule])
    const { addresses } = await look([address])
    t.match(addresses, [{ address, echo: 'icmp-error' }], `${address}: ${type}`)
    for (const because of becauseOf(addresses)) {
      t.match(because, /^(icmp-error|suspect-answered)$/, `${address}: ${type}`)
    }
    inside('suspect', 'nft flush ruleset')
  }
})

test('a dead suspect behind a router that says so: the router may be wrong', root, async (t) => {
  const { look, ip } = await makeNetwork(t)
  const far = '10.92.0.2'
  ip('far', 'addr del 10.92.0.2/24 dev v0')
  ip('gateway', 'neigh flush all')
  const { addresses } = await look([far])
  t.same(addresses, [{ address: far, way: 'routed', echo: 'icmp-error', neighbour: 'off-link' }])
  t.same(becauseOf(addresses), ['icmp-error', 'icmp-error'])
})

test(
  'a suspect with one dead address on our wire and one that a router gives up',
  root,
  async (t) => {
    const { look, ip } = await makeNetwork(t)
    const far = '10.92.0.2'
    ip('far', 'addr del 10.92.0.2/24 dev v0')
    ip('wire', 'link set suspect down')
    const { addresses } = await look([v4, far])
    t.match(addresses, [{ neighbour: 'unresolved' }, { echo: 'icmp-error' }])
    t.same(becauseOf(addresses), ['icmp-error', 'icmp-error'])
  },
)
