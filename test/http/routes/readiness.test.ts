import { test } from 'tap'
import { createReadiness } from '../../../agent/http/routes/readiness.ts'
import { createSimClock } from '../../fixtures/worlds/sim-clock.ts'

test('everything that is missing is told, and looked at anew only after a while', async (t) => {
  const clock = createSimClock()
  let looks = 0
  let missing: readonly string[] = ['one']
  const readiness = createReadiness(
    [
      async () => {
        looks += 1
        return await Promise.resolve(missing)
      },
      async () => await Promise.resolve(['two']),
    ],
    clock,
  )
  t.equal(readiness.last(), undefined)
  t.same(await readiness.missing(), ['one', 'two'])
  missing = []
  await clock.advance(1_900)
  t.same(await readiness.missing(), ['one', 'two'])
  t.equal(looks, 1)
  await clock.advance(200)
  t.same(await readiness.missing(), ['two'])
  t.equal(looks, 2)
  t.equal(readiness.last(), false)
})

test('nothing is missing', async (t) => {
  const readiness = createReadiness([async () => await Promise.resolve([])], createSimClock())
  t.same(await readiness.missing(), [])
  t.equal(readiness.last(), true)
})

test('a look that fails is no readiness', async (t) => {
  const check = async () => await Promise.reject(new Error('planted'))
  const readiness = createReadiness([check], createSimClock())
  t.match(await readiness.missing(), [/could not be looked at/])
  t.equal(readiness.last(), false)
})

test('a disk that hangs is waited for by one look alone, and by nobody who asks', async (t) => {
  const clock = createSimClock()
  const ends: ((missing: readonly string[]) => void)[] = []
  const check = async () => await new Promise<readonly string[]>((resolve) => ends.push(resolve))
  const readiness = createReadiness([check], clock)
  const asked = readiness.missing()
  const other = readiness.missing()
  await clock.advance(1_000)
  t.match(await asked, [/do not answer in time/])
  t.match(await other, [/do not answer in time/])
  t.equal(readiness.last(), false)
  await clock.advance(60_000)
  const later = readiness.missing()
  await clock.advance(1_000)
  t.match(await later, [/do not answer in time/])
  t.equal(ends.length, 1)
  ends[0]?.([])
  await clock.advance(0)
  t.same(await readiness.missing(), [], 'and what it found in the end counts')
})
