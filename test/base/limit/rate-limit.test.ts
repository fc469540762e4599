import { test } from 'tap'
import { callersMax, createRateLimit } from '../../../agent/base/limit/rate-limit.ts'

test('one minute of requests at once, then one each time there is room', async (t) => {
  let nowMs = 0
  const rate = createRateLimit(60, () => nowMs)
  for (let i = 0; i < 60; i += 1) t.equal(rate.take('a'), undefined)
  t.equal(rate.take('a'), 1, 'the seconds to wait')
  t.equal(rate.take('b'), undefined, 'another caller has its own')
  nowMs = 999
  t.equal(rate.take('a'), 1)
  nowMs = 1000
  t.equal(rate.take('a'), undefined)
  t.equal(rate.take('a'), 1)
  nowMs = 3_600_000
  for (let i = 0; i < 60; i += 1) t.equal(rate.take('a'), undefined)
  t.equal(rate.take('a'), 1, 'an hour away earns no more than a minute')
})

test('the wait is told in whole seconds', async (t) => {
  const rate = createRateLimit(10, () => 0)
  for (let i = 0; i < 10; i += 1) rate.take('a')
  t.equal(rate.take('a'), 6)
})

test('it remembers a bounded number of callers, those of late', async (t) => {
  const rate = createRateLimit(1, () => 0)
  t.equal(rate.take('first'), undefined)
  t.equal(rate.take('second'), undefined)
  rate.take('first')
  for (let i = 0; i < callersMax - 1; i += 1) rate.take(`caller-${i}`)
  t.type(rate.take('first'), 'number', 'it asked later than the second')
  t.equal(rate.take('second'), undefined, 'forgotten, so it may ask again')
})
