import { test } from 'tap'
import type { Observation } from '../../agent/fence/observation.ts'
import { ownTrouble, withinOwnBudget } from '../../agent/fence/own-budget.ts'
import { createSimClock } from '../fixtures/worlds/sim-clock.ts'

const never = async () => await new Promise<Observation>(() => undefined)

const play = async (end: 'budget' | 'drained' | 'called-off' | 'both' | 'work') => {
  const clock = createSimClock()
  const [drained, calledOff] = [new AbortController(), new AbortController()]
  let given: AbortSignal | undefined
  const work = async (signal: AbortSignal): Promise<Observation> => {
    given = signal
    return end === 'work' ? await Promise.resolve(ownTrouble('own-filter', 'x')) : await never()
  }
  const ends = { drained: drained.signal, calledOff: calledOff.signal }
  const waiting = withinOwnBudget(clock, work, 1_000, ends)
  if (end === 'drained' || end === 'both') drained.abort()
  if (end === 'called-off' || end === 'both') calledOff.abort()
  await clock.advance(end === 'budget' ? 1_000 : 0)
  const { evidence } = await waiting
  return { evidence, isStopped: given?.aborted }
}

test('the work ends with the first of its ends, and its signal with it', async (t) => {
  for (const [end, evidence] of [
    ['budget', { kind: 'out-of-time' }],
    ['drained', { kind: 'own-trouble', because: 'shutting-down' }],
    ['called-off', { kind: 'own-trouble', because: 'called-off' }],
    ['both', { kind: 'own-trouble', because: 'shutting-down' }],
    ['work', { kind: 'own-trouble', because: 'own-filter' }],
  ] as const) {
    t.same(await play(end), { evidence, isStopped: true }, end)
  }
})

test('one that nobody passed on is called off by nobody', async (t) => {
  const clock = createSimClock()
  const drained = new AbortController().signal
  const waiting = withinOwnBudget(clock, never, 1_000, { drained, calledOff: undefined })
  await clock.advance(1_000)
  t.same((await waiting).evidence, { kind: 'out-of-time' })
})
