import { test } from 'tap'
import { deadlineIn, windowIn } from '../../../agent/base/time/deadline.ts'
import { createWallClock } from '../../fixtures/worlds/wall-clock.ts'

test('a budget runs down to nothing and cuts every window', async (t) => {
  let now = 1000
  const clock = { ...createWallClock(), nowMs: () => now }
  const deadline = deadlineIn(500, clock)
  const within = { clock, deadline, signal: new AbortController().signal }
  t.equal(deadline.leftMs(), 500)
  t.equal(windowIn(300, within), 300)
  now = 1400
  t.equal(windowIn(300, within), 100)
  now = 2000
  t.equal(deadline.leftMs(), 0)
  t.equal(windowIn(300, within), 0)
})
