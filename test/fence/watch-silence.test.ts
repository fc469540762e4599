import { test } from 'tap'
import { createLastHeard } from '../../agent/fence/last-heard.ts'
import { faultSeen, roundEveryMs, watchSilence } from '../../agent/fence/watch-silence.ts'
import { silentAddress, someRules, someWitness } from '../fixtures/values/evidence.ts'
import { fenceRequest } from '../fixtures/values/fence-records.ts'
import { createSimClock } from '../fixtures/worlds/sim-clock.ts'

/** A host whose every look is silent and takes `lookMs`; one waits for it for `budgetMs`. */
const play = async (lookMs: number, budgetMs: number, signal = new AbortController().signal) => {
  const clock = createSimClock()
  const startedMs = clock.nowMs()
  const looks: number[] = []
  const told: number[] = []
  let isWaiting = true
  const left = (): number => budgetMs - (clock.nowMs() - startedMs)
  const running = watchSilence(
    {
      clock,
      heard: createLastHeard(clock),
      silence: { ...someRules, needsMs: 5_000 },
      acquaintance: { contactBefore: async () => await Promise.resolve({ by: 'never' }) },
      suspect: {
        open: async (_target, _budgetMs, _signal, { onAddresses }) => {
          looks.push(clock.nowMs() - startedMs)
          onAddresses(['192.0.2.7'])
          await clock.wait(lookMs, new AbortController().signal)
          const dials = [{ address: '192.0.2.7', tcp: 'silent' as const }]
          return { kind: 'no-contact', dials, trail: { address: '', phases: [], detail: '' } }
        },
      },
      probe: {
        probe: async (_addresses, _budgetMs, _signal, { sinceMs }) => {
          t0 = sinceMs - startedMs
          return await Promise.resolve({ addresses: [silentAddress], witnesses: [someWitness] })
        },
      },
    },
    fenceRequest().suspect,
    {
      signal,
      caller: undefined,
      isSilenceWanted: true,
      onHeard: () => undefined,
      waiting: () => (isWaiting ? [left()] : []),
      onSilent: ({ silence, nextMs }) => {
        told.push(silence.lastedMs)
        if (left() < nextMs) isWaiting = false
      },
    },
  )
  await clock.advance(60_000)
  return { opened: await running, looks, told }
}
let t0 = -1

test('it is looked again and again, and the last look has time to be late', async (t) => {
  const { opened, looks, told } = await play(3_000, 20_000)
  t.same(looks, [0, 3_000, 6_000, 9_000, 12_000, 15_250])
  t.equal(told.at(-1), 18_250)
  t.match(opened, { seen: { evidence: { silence: { lastedMs: 18_250 } } } })
  t.equal(t0, 0, 'what a later look dates, it dates from the first one')
})

test('where there is more time than that, the last look waits', async (t) => {
  const { looks, told } = await play(3_000, 22_900)
  t.same(looks, [0, 3_000, 6_000, 9_000, 12_000, 18_150])
  t.equal(told.at(-1), 21_150)
})

test('looks that are over at once do not follow each other at once', async (t) => {
  const { looks } = await play(1, 10_000)
  t.ok(looks.length <= 10_000 / roundEveryMs + 1, `${looks.length}`)
})

test('a call off ends it', async (t) => {
  const { looks } = await play(3_000, 20_000, AbortSignal.abort())
  t.same(looks, [0])
})

test('whatever is thrown is a doubt', async (t) => {
  for (const thrown of [new TypeError('x'), 'x']) {
    t.match(faultSeen(thrown), { seen: { evidence: { because: 'internal-error' } } })
  }
})
