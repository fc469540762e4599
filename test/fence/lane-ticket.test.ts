import { test } from 'tap'
import { createTicket } from '../../agent/fence/lane-ticket.ts'
import { seen, requestFor, ticketFor } from '../fixtures/lane-world.ts'
import { createSimClock } from '../fixtures/sim-clock.ts'

const trail = { address: '', phases: [], detail: 'first' }

test('a ticket is settled once', async (t) => {
  const clock = createSimClock()
  const ticket = ticketFor(1, clock)
  t.notOk(ticket.isSettled())
  ticket.settle({ evidence: seen().evidence, trail })
  ticket.settle({ evidence: { kind: 'out-of-time' }, trail: { ...trail, detail: 'second' } })
  t.ok(ticket.isSettled())
  t.equal((await ticket.settled).trail.detail, 'first')
  await clock.advance(30_000)
  t.equal((await ticket.settled).trail.detail, 'first')
})

test('a ticket tells how long it has waited, and what is left', async (t) => {
  const clock = createSimClock()
  const ticket = ticketFor(1, clock, 5_000)
  await clock.advance(1_200)
  t.same(ticket.waited(), { phase: 'queue', ms: 1_200 })
  t.equal(ticket.leftMs(), 3_800)
})

test('a ticket that nobody settles ends before its budget', async (t) => {
  const clock = createSimClock()
  const ticket = ticketFor(1, clock, 5_000)
  await clock.advance(4_979)
  t.notOk(ticket.isSettled())
  await clock.advance(1)
  t.same(await ticket.settled, {
    evidence: { kind: 'out-of-time' },
    trail: { address: '', phases: [], detail: 'the budget ended first' },
  })
})

test('a ticket ends with the lane', async (t) => {
  const clock = createSimClock()
  const stop = new AbortController()
  const ask = { request: requestFor(1), budgetMs: 5_000, isSilenceWanted: true }
  const ticket = createTicket(ask, clock, stop.signal)
  stop.abort()
  const { evidence, trail: told } = await ticket.settled
  t.same(evidence, { kind: 'out-of-time' })
  t.equal(told.detail, 'the fence was called off')
})
