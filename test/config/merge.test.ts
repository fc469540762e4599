import { test } from 'tap'
import { mergeSources, placeIn } from '../../agent/config/merge.ts'
import type { ConfigSource } from '../../agent/config/sources.ts'

const source = (file: string, value: unknown): ConfigSource => ({
  file,
  value,
  placeOf: (path) => ({ line: path.length, column: 1 }),
})

const sources = [
  source('a', { ssh: { x: 1, y: [1, 2] }, n: 1, $schema: './s' }),
  source('b', { ssh: { y: [3] }, http: { z: 1 } }),
  source('c', { n: 2, http: { z: 2 } }),
  source('d', { log: {} }),
]

test('a later source goes before an earlier one, setting by setting', async (t) => {
  t.strictSame(mergeSources(sources), { ssh: { x: 1, y: [3] }, n: 2, http: { z: 2 }, log: {} })
  t.strictSame(mergeSources([]), {})
  t.strictSame(mergeSources([source('a', { ssh: { x: 1 } }), source('b', { ssh: 7 })]), { ssh: 7 })
  t.strictSame(mergeSources([source('a', { $schema: 7 })]), { $schema: 7 })
})

test('what is no object is left to the schema, and found where it stands', async (t) => {
  const odd = [...sources, source('e', [1])]
  t.strictSame(mergeSources(odd), [1])
  t.match(placeIn(odd, ''), { file: 'e' })
})

test('each setting leads to the source that said it last', async (t) => {
  t.match(placeIn(sources, '/ssh/x'), { file: 'a', line: 6 })
  t.match(placeIn(sources, '/ssh/y/0'), { file: 'b' })
  t.match(placeIn(sources, '/http/z'), { file: 'c' })
  t.match(placeIn(sources, '/n'), { file: 'c' })
  t.match(placeIn(sources, '/ssh'), { file: 'b' })
  t.match(placeIn(sources, ''), { file: 'd' })
  t.equal(placeIn(sources, '/none'), undefined)
  t.equal(placeIn(sources, '/ssh/none'), undefined)
  t.equal(placeIn([source('a', { ssh: 1 })], '/ssh/x'), undefined)
})
