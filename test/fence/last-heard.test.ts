import { test } from 'tap'
import { createLastHeard, keptMs } from '../../agent/fence/last-heard.ts'
import { silent, silentAddress } from '../fixtures/values/evidence.ts'
import { createSimClock } from '../fixtures/worlds/sim-clock.ts'

const here = '192.0.2.7'
const there = '192.0.2.8'
const trail = { address: here, phases: [], detail: '' }

test('what was heard since then, and what before', async (t) => {
  const clock = createSimClock()
  const heard = createLastHeard(clock)
  const startMs = clock.nowMs()
  t.notOk(heard.isHeard([here], startMs))
  await clock.advance(100)
  heard.note(here)
  t.ok(heard.isHeard([there, here], startMs))
  t.ok(heard.isHeard([here], clock.nowMs()))
  t.notOk(heard.isHeard([here], clock.nowMs() + 1))
  t.notOk(heard.isHeard([there], startMs))
  t.notOk(heard.isHeard([], startMs))
  heard.note('')
  t.notOk(heard.isHeard([''], startMs))
})

test('what a look saw is a sign of life of each address that gave one', async (t) => {
  const clock = createSimClock()
  const heard = createLastHeard(clock)
  const one = { ...silentAddress, address: here }
  const evidence = silent({
    addresses: [one, { ...silentAddress, address: there, echo: 'replied' }],
  })
  heard.noteSeen({ evidence, trail: { ...trail, address: '' } })
  t.notOk(heard.isHeard([here], 0))
  t.ok(heard.isHeard([there], 0))
  heard.noteSeen({ evidence: { kind: 'refusal', because: 'login-refused' }, trail })
  t.ok(heard.isHeard([here], 0))
})

test('nothing is kept for ever', async (t) => {
  const clock = createSimClock()
  const heard = createLastHeard(clock)
  heard.note(here)
  await clock.advance(keptMs)
  heard.note(there)
  t.ok(heard.isHeard([here], 0), 'as long as a fence may ask')
  await clock.advance(1)
  heard.note(there)
  t.notOk(heard.isHeard([here], 0))
  t.ok(heard.isHeard([there], 0))
})
