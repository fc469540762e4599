import { test } from 'tap'
import { createQuota } from '../../../agent/base/limit/quota.ts'

test('each caller has its own share, and gets it back', async (t) => {
  const shares = createQuota()
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

test('several are taken together, and given back one by one', async (t) => {
  const shares = createQuota()
  t.equal(shares.take('a', 2, 3), undefined)
  const give = shares.take('a', 3, 3)
  t.equal(shares.take('a', 3), undefined)
  give?.()
  t.type(shares.take('a', 3), 'function')
  give?.()
  give?.()
  t.type(shares.take('a', 3, 2), 'function')
})
