import { test } from 'tap'
import { createShares } from '../../agent/http/shares.ts'

test('each caller has its own share, and gets it back', async (t) => {
  const shares = createShares()
  const first = shares.take('a', 2)
  const second = shares.take('a', 2)
  t.type(first, 'function')
  t.equal(shares.take('a', 2), undefined)
  t.type(shares.take('b', 2), 'function', 'another caller has its own')
  first?.()
  const third = shares.take('a', 2)
  t.type(third, 'function')
  t.equal(shares.take('a', 2), undefined)
  second?.()
  third?.()
  t.type(shares.take('a', 1), 'function', 'all of it was given back')
})
