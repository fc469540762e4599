import { test } from 'tap'
import { decideTrust } from '../../../agent/cli/trust/trust-decision.ts'
import type { Decision, Wish } from '../../../agent/cli/trust/trust-decision.ts'
import type { KeyStanding } from '../../../agent/suspect/host-key/key-standing.ts'

const key = (is: KeyStanding['is'], fingerprint = is): KeyStanding => ({
  type: 'ssh-ed25519',
  key: Buffer.from(fingerprint),
  fingerprint,
  is,
  instead: [],
})
const none: Wish = { fingerprint: undefined, isBlind: false, mayReplace: false }

test('what becomes of the offered keys, row by row', async (t) => {
  const rows: readonly (readonly [
    string,
    readonly KeyStanding[],
    Partial<Wish>,
    Decision['kind'],
    number?,
  ])[] = [
    ['all are known', [key('known')], {}, 'nothing-to-do'],
    ['all are known, and trust is blind', [key('known')], { isBlind: true }, 'nothing-to-do'],
    ['new ones are asked about', [key('known'), key('new')], {}, 'ask', 2],
    ['blind trust asks nothing', [key('new')], { isBlind: true }, 'pin', 1],
    [
      'the one with the fingerprint',
      [key('new', 'a' as 'new'), key('new')],
      { fingerprint: 'new' },
      'pin',
      1,
    ],
    ['nobody with the fingerprint', [key('new')], { fingerprint: 'other' }, 'refused'],
    [
      'the one with the fingerprint is known',
      [key('known'), key('new')],
      { fingerprint: 'known' },
      'nothing-to-do',
    ],
    ['a changed key', [key('changed')], {}, 'refused'],
    ['a changed key, and trust is blind', [key('changed')], { isBlind: true }, 'refused'],
    [
      'a changed key beside the one with the fingerprint',
      [key('changed'), key('known')],
      { fingerprint: 'known' },
      'refused',
    ],
    [
      'a changed key that may be replaced is asked about',
      [key('changed')],
      { mayReplace: true },
      'ask',
      1,
    ],
    [
      'a changed key, replaced blindly',
      [key('changed')],
      { mayReplace: true, isBlind: true },
      'pin',
      1,
    ],
    [
      'a changed key, replaced by its fingerprint',
      [key('changed')],
      { mayReplace: true, fingerprint: 'changed' },
      'pin',
      1,
    ],
    ['a revoked key', [key('revoked'), key('new')], { isBlind: true, mayReplace: true }, 'refused'],
  ]
  for (const [sentence, standings, wish, kind, count] of rows) {
    const decision = decideTrust(standings, { ...none, ...wish })
    t.equal(decision.kind, kind, sentence)
    if ('keys' in decision) t.equal(decision.keys.length, count, sentence)
  }
})
