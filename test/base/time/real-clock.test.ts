import { test } from 'tap'
import { realClock } from '../../../agent/base/time/real-clock.ts'

test('time goes on', async (t) => {
  const beforeMs = realClock.nowMs()
  await realClock.wait(5, new AbortController().signal)
  t.ok(realClock.nowMs() > beforeMs)
  t.match(realClock.wallTime(), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
})

test('a wait ends at once when it is aborted, before or during it', async (t) => {
  await realClock.wait(3_600_000, AbortSignal.abort())
  const stop = new AbortController()
  const waited = realClock.wait(3_600_000, stop.signal)
  stop.abort()
  await waited
  t.pass('both waits ended')
})

test('a wait that cannot be set rejects', async (t) => {
  await t.rejects(realClock.wait('x' as unknown as number, new AbortController().signal))
})
