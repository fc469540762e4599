import { test } from 'tap'
import { proofAge } from '../../agent/callback/proof-age.ts'
import type { Clock } from '../../agent/base/time/clock.ts'

/** Two clocks that are moved apart. */
const clocks = (wallMs: number) => {
  const now = { monotonic: 5_000, wall: wallMs }
  const clock: Clock = {
    nowMs: () => now.monotonic,
    wallTime: () => (Number.isNaN(now.wall) ? 'unreadable' : new Date(now.wall).toISOString()),
    wait: async () => {
      await Promise.resolve()
    },
  }
  return { now, clock }
}

const at = (ms: number): string => new Date(ms).toISOString()

test('a proof may be sent while it is young, by both clocks', async (t) => {
  const { now, clock } = clocks(100_000)
  const left = proofAge(at(99_000), 60_000, clock)
  t.equal(left(), 59_000)
  now.wall += 10_000
  t.equal(left(), 49_000, 'the wall clock alone counts: the machine slept')
  now.monotonic += 30_000
  t.equal(left(), 29_000, 'the monotonic clock alone counts: the other one was set back a bit')
  now.monotonic += 28_999
  t.equal(left(), 1)
  now.monotonic += 1
  t.equal(left(), 0)
})

test('what the clocks cannot tell is too old', async (t) => {
  const rows: readonly (readonly [string, string, number])[] = [
    ['a proof from the future: the clock went back', at(100_001), 100_000],
    ['a proof of long ago', at(0), 100_000],
    ['a proof just as old as it may be', at(40_000), 100_000],
    ['a proof without a time', '', 100_000],
    ['a time that is none', 'yesterday', 100_000],
    ['a wall clock that cannot be read', at(99_999), Number.NaN],
  ]
  for (const [title, provenAt, wall] of rows) {
    t.equal(proofAge(provenAt, 60_000, clocks(wall).clock)(), 0, title)
  }
  t.equal(proofAge(at(100_000), 60_000, clocks(100_000).clock)(), 60_000, 'this very ms is fine')
})

test('too old once is too old for good', async (t) => {
  const { now, clock } = clocks(100_000)
  const left = proofAge(at(100_000), 60_000, clock)
  now.wall -= 1
  t.equal(left(), 0)
  now.wall += 1
  t.equal(left(), 0)
})
