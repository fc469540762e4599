import { test } from 'tap'
import { fillPage, roff } from '../../../packaging/make/roff.ts'

const release = { version: '1.2.0', date: new Date('2026-11-25T19:13:00Z') }

test('nothing of a text is taken for a request', async (t) => {
  t.equal(roff(".so it begins\n'tis a-b\\c"), "\\&.so it begins\n\\&'tis a\\-b\\ec")
})

test('parts stand in their places, and one that is not known is a fault', async (t) => {
  t.equal(fillPage('@DATE@ @VERSION@: @ONE@.', release, { ONE: 'a\n' }), '2026-11-25 1.2.0: a.')
  t.throws(() => fillPage('@NOTHING@', release, {}), /no part @NOTHING@/)
})
