import { test } from 'tap'
import { prune } from '../../agent/config/prune.ts'

test('properties go, entries of lists leave holes', async (t) => {
  const value = { a: { b: 1, c: 2 }, list: [{ x: 1 }, { x: 2, y: 3 }, 7], n: null }
  const pruned = prune(value, new Set(['/a/b', '/list/0', '/list/1/y']))
  t.strictSame(JSON.parse(JSON.stringify(pruned)), {
    a: { c: 2 },
    list: [null, { x: 2 }, 7],
    n: null,
  })
  const { list } = pruned as { readonly list: readonly unknown[] }
  t.strictSame(
    list.flatMap((one, index) => [[index, one]]),
    [
      [1, { x: 2 }],
      [2, 7],
    ],
  )
  const all = prune([1], new Set(['/0'])) as readonly unknown[]
  t.equal(all.length, 1, 'a list of nothing but holes was no empty list')
  t.equal(prune('x', new Set()), 'x')
})
