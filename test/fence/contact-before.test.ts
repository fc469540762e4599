import { test } from 'tap'
import { decide } from '../../agent/domain/decide.ts'
import type { Evidence } from '../../agent/domain/evidence.ts'
import type { AddressSilence } from '../../agent/domain/silence-evidence.ts'
import { afterContact, mayHaveHadContact } from '../../agent/fence/contact-before.ts'
import { reported, silent, silentAddress } from '../fixtures/values/evidence.ts'

const at = (change: Partial<AddressSilence>): Evidence =>
  silent({ addresses: [silentAddress, { ...silentAddress, ...change }] })

const rows: readonly (readonly [string, Evidence, boolean])[] = [
  ['silence is no contact', silent(), false],
  ['nor is an address that nobody has', at({ tcp: 'no-neighbour', echo: 'no-neighbour' }), false],
  ['nor one that does not resolve', at({ neighbour: 'unresolved' }), false],
  ['nor a probe that did not run', at({ tcp: 'not-run', echo: 'not-run' }), false],
  ['nor our own trouble', at({ tcp: 'own-trouble', neighbour: 'own-trouble' }), false],
  ['nor the silence of a witness', silent({ witnesses: [] }), false],
  ['an answer on TCP is', at({ tcp: 'answered' }), true],
  ['an echo reply is', at({ echo: 'replied' }), true],
  ['a neighbour that answered is', at({ neighbour: 'answered' }), true],
  ['an ICMP error may be', at({ tcp: 'icmp-error' }), true],
  ['an ICMP error to a ping may be', at({ echo: 'icmp-error' }), true],
  ['a contact before stays one', silent({ contactBefore: true }), true],
  ['a report is', reported(), true],
  ['a refusal is', { kind: 'refusal', because: 'contact-lost' }, true],
  ['a look cut short may have been', { kind: 'out-of-time' }, true],
  ['a fault of ours may come after one', { kind: 'own-trouble', because: 'internal-error' }, true],
]

for (const [what, evidence, expected] of rows) {
  test(what, async (t) => {
    t.equal(mayHaveHadContact(evidence), expected)
  })
}

test('after a contact, silence is a doubt', async (t) => {
  t.equal(decide(silent()).kind, 'unreachable')
  t.same(decide(afterContact(silent(), true)), { kind: 'still-alive', because: 'contact-lost' })
  t.equal(afterContact(silent(), false).kind, 'silence')
  t.equal(decide(afterContact(silent(), false)).kind, 'unreachable')
})

test('after a contact, a complete report still counts', async (t) => {
  const evidence = reported()
  t.equal(afterContact(evidence, true), evidence)
})
