import { test } from 'tap'
import { median, ms, quantile, ratio } from './numbers.ts'

test('quantiles are values of the series', async (t) => {
  t.equal(median([5, 1, 3]), 3)
  t.equal(median([4, 1, 3, 2]), 2)
  t.equal(quantile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.99), 10)
  t.equal(quantile([1, 2], 0), 1)
  t.equal(quantile([], 0.5), 0)
})

test('figures as they are printed', async (t) => {
  t.equal(ms(12.6), '13 ms')
  t.equal(ratio(1, 4), '0.25x')
  t.equal(ratio(1, 0), '-')
})
