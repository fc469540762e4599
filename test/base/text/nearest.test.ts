import { test } from 'tap'
import { nearest } from '../../../agent/base/text/nearest.ts'

test('a slip of the fingers leads to the word that was meant', async (t) => {
  const known = ['fence', 'status', 'history', 'doctor', 'config']
  const rows = [
    ['fense', 'fence'],
    ['docter', 'doctor'],
    ['ocnfig', 'config'],
    ['hist', undefined],
    ['statuss', 'status'],
    ['fenc', 'fence'],
    ['web01', undefined],
    ['', undefined],
    ['x'.repeat(100_000), undefined],
  ] as const
  for (const [word, meant] of rows) t.equal(nearest(word, known), meant, word.slice(0, 20))
  t.equal(nearest('htpp', ['ssh', 'http']), 'http')
  t.equal(nearest('fence', []), undefined)
})
