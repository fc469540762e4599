import { test } from 'tap'
import { metWords, ownFilterWords, seconds } from '../../../agent/contract/words/silence-words.ts'
import type { EverMet } from '../../../agent/domain/silence-evidence.ts'

const rows: readonly (readonly [EverMet, RegExp])[] = [
  [{ by: 'login', at: '2026-11-01T00:00:00Z' }, /by a login of 2026-11-01T00:00:00Z$/],
  [{ by: 'drill', at: '\u001b' }, /by a drill of \?$/],
  [{ by: 'pinned-key', at: '' }, /by the host key that it keeps$/],
  [{ by: 'never' }, /an address that nobody has is as silent$/],
  [{ by: 'not-known' }, /could not be read$/],
]

test('how a peer knows a host is told, and where it does not', async (t) => {
  for (const [everMet, words] of rows) t.match(metWords(everMet), words)
})

test('what of our own was in the way is told', async (t) => {
  t.equal(ownFilterWords(undefined), '')
  t.match(ownFilterWords('names-it'), /packet filter/)
  t.match(ownFilterWords('table-full'), /table .* is full/)
})

test('a length is never told longer than it was', async (t) => {
  t.equal(seconds(14_999), 14.9)
})
