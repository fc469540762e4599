import { test } from 'tap'
import { holdSession, runsMax } from '../../../agent/fence/lane/batch-run.ts'
import type { Ticket } from '../../../agent/fence/lane/ticket.ts'
import type { SuspectSession } from '../../../agent/fence/ports.ts'
import {
  dead,
  fakeSession,
  lostUnheard,
  openingTrail,
  ticketFor,
  vmNumber,
} from '../../fixtures/worlds/lane-world.ts'
import { createSimClock } from '../../fixtures/worlds/sim-clock.ts'

const never = new AbortController().signal

const hold = (
  openedFor: readonly Ticket[] = [],
  session: SuspectSession = fakeSession(),
  openedMs = Number.POSITIVE_INFINITY,
) => holdSession({ session, trail: openingTrail, openedMs, openedFor: new Set(openedFor) }, never)

test('who has been seen is told at once, and the others when the run ends', async (t) => {
  const clock = createSimClock()
  const session = fakeSession()
  const tickets = [1, 2].map((number) => ticketFor(number, clock))
  const held = hold(tickets, session)
  const running = held.run(tickets)
  t.same(session.runs[0]?.vms, [vmNumber(1), vmNumber(2)])
  t.equal(held.runs(), 1)
  session.runs[0]?.tell(1)
  session.runs[0]?.tell(7)
  t.same(
    tickets.map((ticket) => ticket.isSettled()),
    [true, false],
    'and a VM that nobody asked about is nobody’s',
  )
  t.equal((await tickets[0]?.settled)?.evidence, dead)
  session.runs[0]?.end({ ...lostUnheard, wasHeard: true })
  t.same(await running, [])
  t.match(await tickets[1]?.settled, { evidence: { because: 'contact-lost' } })
  t.equal(held.runs(), 0)
})

test('the way to the session is told of those that it was opened for, and of the first run', async (t) => {
  const clock = createSimClock()
  const session = fakeSession()
  const [first, late, again] = [1, 2, 3].map((number) => ticketFor(number, clock))
  if (first === undefined || late === undefined || again === undefined) throw new Error('three')
  await clock.advance(70)
  const held = hold([first, again], session)
  const phasesOf = async (ticket: Ticket) =>
    (await ticket.settled).trail.phases.map(({ phase, ms }) => [phase, ms])
  const one = held.run([first, late])
  session.runs[0]?.end()
  await one
  t.same(await phasesOf(first), [
    ['login', 20],
    ['run', 40],
  ])
  t.same(await phasesOf(late), [
    ['queue', 70],
    ['run', 40],
  ])
  const two = held.run([again])
  session.runs[1]?.end()
  await two
  t.same((await phasesOf(again))[0], ['queue', 70])
})

test('each VM has what is left of its own budget', async (t) => {
  const clock = createSimClock()
  const session = fakeSession()
  const tickets = [ticketFor(1, clock, 5_000), ticketFor(2, clock, 9_000)]
  await clock.advance(1_000)
  void hold([], session).run(tickets)
  const left = session.runs[0]?.batch.map((one) => [one.vm, one.leftMs()])
  t.same(left, [
    [vmNumber(1), 4_000],
    [vmNumber(2), 8_000],
  ])
})

test('a session that was kept and died unseen has asked nobody', async (t) => {
  const clock = createSimClock()
  const session = fakeSession()
  const first = ticketFor(1, clock)
  const held = hold([], session, clock.nowMs())
  await clock.advance(1)
  const [second, third] = [ticketFor(2, clock), ticketFor(3, clock)]
  const fresh = held.run([first])
  session.runs[0]?.end(lostUnheard)
  t.same(await fresh, [], 'whoever was there when it was opened was in contact')
  t.match(await first.settled, { evidence: { because: 'contact-lost' } })
  const kept = held.run([second])
  session.runs[1]?.end(lostUnheard)
  t.same(await kept, [second])
  t.notOk(second.isSettled())
  const heard = held.run([third])
  session.runs[2]?.end({ ...lostUnheard, wasHeard: true })
  t.same(await heard, [], 'one that said something in between was in contact, too')
})

test('a refused channel beside others is asked for again, and no more are than were granted', async (t) => {
  const clock = createSimClock()
  const session = fakeSession()
  const held = hold([], session)
  const refused = {
    ...lostUnheard,
    evidence: { kind: 'refusal', because: 'channel-refused' },
    wasHeard: true,
  } as const
  const [first, second, third] = [1, 2, 3].map((number) => ticketFor(number, clock))
  if (first === undefined || second === undefined || third === undefined) throw new Error('three')
  const running = held.run([first])
  t.ok(held.mayRun())
  const another = held.run([second])
  session.runs[1]?.end(refused)
  t.same(await another, [second])
  t.notOk(held.mayRun(), 'one is all that it grants')
  session.runs[0]?.end()
  await running
  t.ok(held.mayRun())
  const alone = held.run([third])
  session.runs[2]?.end(refused)
  t.same(await alone, [])
  t.match(await third.settled, { evidence: { because: 'channel-refused' } })
})

test('there is a limit to the runs at once', async (t) => {
  const clock = createSimClock()
  const held = hold()
  for (let number = 1; number <= runsMax; number += 1) {
    t.ok(held.mayRun())
    void held.run([ticketFor(number, clock)])
  }
  t.notOk(held.mayRun())
})

test('a bug in a run is a doubt, and its message stays here', async (t) => {
  const clock = createSimClock()
  for (const [fault, name] of [
    [new TypeError('hunter2'), 'TypeError'],
    ['hunter2', 'thrown'],
  ] as const) {
    const ticket = ticketFor(1, clock)
    const session = { ...fakeSession(), fence: async () => await Promise.reject(fault) }
    t.same(await hold([], session).run([ticket]), [])
    const { evidence, trail } = await ticket.settled
    t.same(evidence, { kind: 'own-trouble', because: 'internal-error' })
    t.equal(trail.detail, `a fault in the agent itself (${name})`)
  }
})
