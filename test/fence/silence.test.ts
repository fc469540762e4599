import { test } from 'tap'
import { decide } from '../../agent/domain/decide.ts'
import type { Because } from '../../agent/domain/verdict.ts'
import { combineSilence } from '../../agent/fence/silence.ts'
import type { OneLook } from '../../agent/fence/silence.ts'
import type { Dial, ProbeEvidence } from '../../agent/fence/ports.ts'
import { silentAddress, someRules, someWitness } from '../fixtures/values/evidence.ts'

const address = '192.0.2.7'
type Seen = Omit<ProbeEvidence['addresses'][number], 'address'>

const oneLook: OneLook = { tookMs: 15_000, rules: someRules, everMet: { by: 'never' } }

const rows: readonly (readonly [string, Dial['tcp'], Seen | undefined, Because])[] = [
  [
    'host unreachable, and the neighbour entry failed: our own ARP',
    'no-neighbour-or-icmp',
    { way: 'arp', echo: 'no-neighbour', neighbour: 'unresolved' },
    'every-address-silent',
  ],
  [
    'host unreachable off-link: somebody sent an ICMP error',
    'no-neighbour-or-icmp',
    { way: 'routed', echo: 'silent', neighbour: 'off-link' },
    'icmp-error',
  ],
  [
    'host unreachable, and the neighbour answers ARP: a firewall of the suspect',
    'no-neighbour-or-icmp',
    { way: 'arp', echo: 'silent', neighbour: 'answered' },
    'suspect-answered',
  ],
  [
    'host unreachable, and nobody looked at the neighbour',
    'no-neighbour-or-icmp',
    { way: 'arp', echo: 'silent', neighbour: 'not-run' },
    'icmp-error',
  ],
  ['an address that was not probed', 'silent', undefined, 'silence-not-proven'],
  [
    'an address that was not dialled',
    'not-run',
    { way: 'routed', echo: 'silent', neighbour: 'off-link' },
    'silence-not-proven',
  ],
  [
    'no descriptor for the dial',
    'own-trouble',
    { way: 'routed', echo: 'silent', neighbour: 'off-link' },
    'own-network-trouble',
  ],
]

test('TCP and the probes, put together', async (t) => {
  for (const [sentence, tcp, seen, because] of rows) {
    const probed = {
      addresses: seen === undefined ? [] : [{ address, ...seen }],
      witnesses: [someWitness],
    }
    const silence = combineSilence([{ address, tcp }], probed, oneLook)
    t.equal(decide({ kind: 'silence', silence }).because, because, sentence)
  }
})

test('a silence is as long as the look, under the rules of the operator', async (t) => {
  const probed = { addresses: [{ ...silentAddress }], witnesses: [someWitness] }
  const short = { ...oneLook, tookMs: 14_999 }
  const silence = combineSilence([{ address, tcp: 'silent' }], probed, short)
  t.equal(decide({ kind: 'silence', silence }).because, 'silence-too-short')
  t.equal(silence.everMet, oneLook.everMet)
})
