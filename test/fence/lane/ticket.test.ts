import { test } from 'tap'
import { createTicket } from '../../../agent/fence/lane/ticket.ts'
import { askFor, seen, ticketFor } from '../../fixtures/worlds/lane-world.ts'
import { createSimClock } from '../../fixtures/worlds/sim-clock.ts'

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
  ticket.settle({ evidence: seen().evidence, trail })
  t.equal(ticket.leftMs(), 0, 'of one that is settled nobody is to be told')
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

test('a ticket is ready once its intent is on disk, and given up where it will not be', async (t) => {
  const clock = createSimClock()
  let tell: (may: boolean) => void = () => undefined
  const mayBegin = new Promise<boolean>((resolve) => {
    tell = resolve
  })
  const never = new AbortController().signal
  const ticket = createTicket({ ...askFor(1), mayBegin }, clock, never)
  const other = createTicket({ ...askFor(2), mayBegin: Promise.resolve(false) }, clock, never)
  await clock.advance(100)
  t.notOk(ticket.isReady())
  tell(true)
  await clock.advance(0)
  t.ok(ticket.isReady())
  t.notOk(ticket.isSettled())
  t.notOk(other.isReady())
  t.match(await other.settled, {
    evidence: { kind: 'out-of-time' },
    trail: { detail: 'nothing was begun' },
  })
})

test('a ticket ends with the lane', async (t) => {
  const clock = createSimClock()
  const stop = new AbortController()
  const ask = askFor(1, 5_000)
  const ticket = createTicket(ask, clock, stop.signal)
  stop.abort()
  const { evidence, trail: told } = await ticket.settled
  t.same(evidence, { kind: 'out-of-time' })
  t.equal(told.detail, 'the fence was called off')
})

test('a ticket that nobody waits for any more is settled, and nothing is left for its VM', async (t) => {
  const clock = createSimClock()
  const calledOff = new AbortController()
  const never = new AbortController().signal
  const ticket = createTicket({ ...askFor(1), calledOff: calledOff.signal }, clock, never)
  t.ok(ticket.leftMs() > 0)
  calledOff.abort()
  await clock.advance(0)
  t.equal(ticket.leftMs(), 0)
  t.match(await ticket.settled, { trail: { detail: 'the fence was called off' } })
})
