import { test } from 'tap'
import { standingsOf } from '../../../agent/suspect/host-key/key-standing.ts'
import { parseKnownHosts } from '../../../agent/suspect/host-key/known-hosts.ts'
import { generateKey } from '../../fixtures/servers/suspect-host.ts'

const ed = generateKey()
const rsa = generateKey('rsa')
const other = generateKey()
const hosts = ['kvm-1', '10.0.0.1']

test('what is known of the keys that a host offers, row by row', async (t) => {
  const rows: readonly (readonly [string, string, readonly [string, string]])[] = [
    ['nothing is known', '', ['new', 'new']],
    [
      'both are known',
      `kvm-1,10.0.0.1 ${ed.publicText}\nkvm-1,10.0.0.1 ${rsa.publicText}`,
      ['known', 'known'],
    ],
    [
      'both are known for the address, one for the name',
      `10.0.0.1 ${ed.publicText}\nkvm-1,10.0.0.1 ${rsa.publicText}`,
      ['new', 'known'],
    ],
    ['one is known, the other comes newly', `10.0.0.1 ${ed.publicText}`, ['known', 'new']],
    [
      'one changed',
      `10.0.0.1 ${other.publicText}\n10.0.0.1 ${rsa.publicText}`,
      ['changed', 'known'],
    ],
    ['the only known one changed', `10.0.0.1 ${other.publicText}`, ['changed', 'changed']],
    [
      'the name knows it, the address another',
      `kvm-1 ${ed.publicText}\n10.0.0.1 ${other.publicText}`,
      ['changed', 'changed'],
    ],
    [
      'one is known by a first contact alone, one by a person, too',
      `kvm-1,10.0.0.1 ${ed.publicText.trim()} peerfence-first-contact
kvm-1,10.0.0.1 ${rsa.publicText.trim()} peerfence-first-contact
10.0.0.1 ${rsa.publicText}`,
      ['met', 'known'],
    ],
    ['one is revoked', `@revoked * ${ed.publicText}`, ['revoked', 'new']],
  ]
  for (const [sentence, text, words] of rows) {
    const standings = standingsOf(parseKnownHosts(text), hosts, [ed.publicKey, rsa.publicKey])
    t.strictSame(
      standings.map(({ is }) => is),
      words,
      sentence,
    )
    for (const { is, instead } of standings) t.equal(instead.length > 0, is === 'changed', sentence)
  }
})

test('what is known in place of a changed key: of its own type, else whatever there is', async (t) => {
  const text = `10.0.0.1 ${other.publicText}\n@revoked 10.0.0.1 ${generateKey().publicText}`
  const [first, second] = standingsOf(parseKnownHosts(text), hosts, [ed.publicKey, rsa.publicKey])
  t.match(first, { type: 'ssh-ed25519', instead: [{ key: other.publicKey }] })
  t.match(second, { type: 'ssh-rsa', instead: [{ key: other.publicKey }] })
  t.equal(first?.instead.length, 1)
  const [junk] = standingsOf(parseKnownHosts(''), hosts, [Buffer.alloc(2)])
  t.match(junk, { type: '', is: 'new' })
})
