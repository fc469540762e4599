import { test } from 'tap'
import { createDrain } from '../../agent/fence/drain.ts'
import { createSimClock } from '../fixtures/worlds/sim-clock.ts'

test('nothing in flight: stopping does not wait', async (t) => {
  const drain = createDrain(createSimClock())
  await drain.finish(60_000)
  t.ok(drain.signal.aborted)
})

test('work that fails is finished work', async (t) => {
  const drain = createDrain(createSimClock())
  const failing = drain.track(async () => await Promise.reject(new Error('no')))
  t.equal(drain.count(), 1)
  await t.rejects(failing)
  t.equal(drain.count(), 0)
})
