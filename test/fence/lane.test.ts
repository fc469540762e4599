import { test } from 'tap'
import { decide } from '../../agent/domain/decide.ts'
import { createLane, gatherMs } from '../../agent/fence/lane.ts'
import type { LaneAsk } from '../../agent/fence/lane-ticket.ts'
import type { Observation } from '../../agent/fence/observation.ts'
import {
  askFor,
  createLaneWorld,
  fakeSession,
  lostUnheard,
  requestFor,
  vmNumber,
} from '../fixtures/lane-world.ts'
import type { FakeSession } from '../fixtures/lane-world.ts'
import type { FenceRequest } from '../../agent/fence/request.ts'
import { silent } from '../fixtures/evidence.ts'

const keepMs = 5_000

type Asked = Partial<Omit<LaneAsk, 'request'>> & Partial<Pick<FenceRequest, 'caller'>>

const play = () => {
  const world = createLaneWorld()
  const stop = new AbortController()
  let idles = 0
  const lane = createLane(requestFor(1).suspect, { keepMs }, world, stop.signal, () => {
    idles += 1
  })
  const answers: string[] = []
  const ask = (
    number: number,
    { budgetMs, isSilenceWanted = true, mayBegin = Promise.resolve(true), ...part }: Asked = {},
  ): Promise<Observation> => {
    const asked = { ...askFor(number, budgetMs), isSilenceWanted, mayBegin }
    const looking = lane.look({ ...asked, request: requestFor(number, part) })
    void looking.then(({ evidence }) => answers.push(`${number} ${decide(evidence).because}`))
    return looking
  }
  const { clock, openings } = world
  const settle = async (): Promise<void> => {
    await clock.advance(0)
  }
  /** Lets the next opening end in a session. */
  const open = async (session: FakeSession = fakeSession()): Promise<FakeSession> => {
    openings.at(-1)?.end(session)
    await settle()
    return session
  }
  return { ...world, lane, ask, answers, open, settle, stop, idles: () => idles }
}

test('whoever comes while it connects is in the first batch', async (t) => {
  const { ask, open, answers, openings, settle, lane } = play()
  void ask(1)
  await settle()
  void ask(2)
  void ask(3)
  t.equal(openings.length, 1)
  t.same(lane.counts(), { queued: 3, runs: 0, sessions: 0 })
  const session = await open()
  t.same(
    session.runs.map(({ vms }) => vms),
    [[1, 2, 3].map(vmNumber)],
  )
  t.same(lane.counts(), { queued: 0, runs: 1, sessions: 1 })
  session.runs[0]?.tell(2)
  await settle()
  t.same(answers, ['2 destroyed'], 'and each answer leaves by itself')
  session.runs[0]?.tell(1)
  session.runs[0]?.tell(3)
  session.runs[0]?.end()
  await settle()
  t.same(answers, ['2 destroyed', '1 destroyed', '3 destroyed'])
})

test('whoever comes while a batch runs forms the next one', async (t) => {
  const { ask, open, settle, openings, clock } = play()
  void ask(1)
  await settle()
  const session = await open()
  void ask(2)
  await clock.advance(gatherMs - 1)
  void ask(3)
  t.equal(session.runs.length, 1)
  await clock.advance(1)
  t.same(session.runs[1]?.vms, [vmNumber(2), vmNumber(3)], 'beside a VM that does not die')
  t.equal(openings.length, 1, 'over the same session')
})

test('a batch that has ended makes way at once', async (t) => {
  const { ask, open, settle } = play()
  void ask(1)
  await settle()
  const session = await open()
  void ask(2)
  await settle()
  session.runs[0]?.tell(1)
  session.runs[0]?.end()
  await settle()
  t.same(session.runs[1]?.vms, [vmNumber(2)])
})

test('a session is kept for newcomers, and not for long', async (t) => {
  const { ask, open, settle, clock, openings, idles, lane } = play()
  void ask(1)
  await settle()
  const session = await open()
  session.runs[0]?.end()
  await clock.advance(keepMs - 1)
  void ask(2)
  await settle()
  t.equal(session.runs.length, 2)
  t.equal(openings.length, 1)
  session.runs[1]?.end()
  await settle()
  await clock.advance(keepMs - 1)
  t.notOk(session.isClosed())
  t.equal(idles(), 0)
  await clock.advance(1)
  t.ok(session.isClosed())
  t.ok(idles() > 0)
  t.same(lane.counts(), { queued: 0, runs: 0, sessions: 0 })
})

test('a session that ended by itself, or is not fit, gets nothing more', async (t) => {
  const { ask, open, settle, openings } = play()
  void ask(1)
  await settle()
  const session = await open()
  session.runs[0]?.end()
  await settle()
  session.lose()
  await settle()
  void ask(2)
  await settle()
  t.equal(openings.length, 2)
  const second = await open()
  second.spoil()
  void ask(3)
  await settle()
  t.equal(openings.length, 3)
  const third = await open()
  t.same(third.runs[0]?.vms, [vmNumber(3)])
  second.runs[0]?.tell(2)
  second.runs[0]?.end()
  await settle()
  t.equal(third.runs.length, 1, 'what still ran on the other has its own end')
})

test('how the way there ended is for those who were there, and for nobody who came later', async (t) => {
  const { ask, answers, openings, settle } = play()
  void ask(1)
  await settle()
  void ask(2)
  openings[0]?.end({
    kind: 'evidence',
    evidence: { kind: 'refusal', because: 'login-refused' },
    trail: { address: '192.0.2.7', phases: [], detail: '' },
  })
  await settle()
  t.same(answers, ['1 login-refused'])
  t.equal(openings.length, 2, 'the other one looks for itself')
})

test('silence is proven to those who waited for all of it', async (t) => {
  const { ask, answers, openings, settle, clock, probes } = play()
  const caller = {
    remoteAddress: '192.0.2.3',
    remotePort: 1,
    localAddress: '192.0.2.9',
    localPort: 2,
  }
  void ask(1)
  // Nothing is awaited in between: both are there when it connects.
  void ask(2, { caller })
  await clock.advance(4_000)
  void ask(3)
  const noContact = {
    kind: 'no-contact',
    dials: [{ address: '192.0.2.7', tcp: 'silent' }],
    trail: { address: '', phases: [], detail: '' },
  } as const
  openings[0]?.end(noContact)
  await settle()
  t.same(answers, ['1 every-address-silent'])
  t.equal(probes.length, 1, 'one look for all')
  await clock.advance(4_000)
  openings[1]?.end(noContact)
  await settle()
  t.same(answers.slice(1), ['2 every-address-silent', '3 every-address-silent'])
  t.match(probes[1], { caller }, 'and whoever asked vouches for our network')
})

test('for those who had contact before nothing is probed', async (t) => {
  const { ask, clock, probes } = play()
  void ask(1, { isSilenceWanted: false })
  await clock.advance(4_000)
  t.same(probes, [])
})

test('a session that was kept and died unseen costs nobody a verdict', async (t) => {
  const { ask, open, settle, openings, answers } = play()
  void ask(1)
  await settle()
  const session = await open()
  session.runs[0]?.tell(1)
  session.runs[0]?.end()
  await settle()
  void ask(2)
  await settle()
  session.spoil()
  session.runs[1]?.end(lostUnheard)
  await settle()
  t.equal(openings.length, 2)
  const next = await open()
  t.same(next.runs[0]?.vms, [vmNumber(2)])
  next.runs[0]?.tell(2, silent())
  await settle()
  t.same(answers, ['1 destroyed', '2 every-address-silent'])
})

test('who asks about a VM that is in the batch already waits for the next one', async (t) => {
  const { ask, open, settle, clock } = play()
  void ask(1)
  void ask(1)
  void ask(2)
  await settle()
  const session = await open()
  t.same(session.runs[0]?.vms, [vmNumber(1), vmNumber(2)])
  await clock.advance(gatherMs)
  t.same(session.runs[1]?.vms, [vmNumber(1)])
})

test('it connects while an intent is written, and runs nothing before', async (t) => {
  const { ask, open, settle, answers } = play()
  const tells: ((may: boolean) => void)[] = []
  const mayBegin = () => new Promise<boolean>((resolve) => tells.push(resolve))
  void ask(1, { mayBegin: mayBegin() })
  void ask(2, { mayBegin: mayBegin() })
  void ask(3, { mayBegin: mayBegin() })
  await settle()
  const session = await open()
  t.same(session.runs, [])
  tells[1]?.(true)
  await settle()
  t.same(
    session.runs.map(({ vms }) => vms),
    [[vmNumber(2)]],
  )
  session.runs[0]?.tell(2)
  session.runs[0]?.end()
  tells[0]?.(false)
  await settle()
  t.same(answers, ['2 destroyed', '1 deadline-passed'])
  tells[2]?.(true)
  await settle()
  t.same(session.runs[1]?.vms, [vmNumber(3)])
})

test('a batch has a limit', async (t) => {
  const { ask, open, settle } = play()
  for (let number = 1; number <= 501; number += 1) void ask(number)
  await settle()
  const session = await open()
  t.equal(session.runs[0]?.vms.length, 500)
})

test('the opening has as long as the most patient has', async (t) => {
  const { ask, answers, clock, openings } = play()
  void ask(1, { budgetMs: 3_000 })
  await clock.advance(0)
  t.equal(openings[0]?.budgetMs, 3_000)
  await clock.advance(3_000)
  t.same(answers, ['1 deadline-passed'])
})

test('who has given up is not run for', async (t) => {
  const { ask, open, clock } = play()
  void ask(1, { budgetMs: 3_000 })
  void ask(2)
  await clock.advance(3_500)
  const session = await open()
  t.same(session.runs[0]?.vms, [vmNumber(2)])
})

test('a bug on the way is a doubt', async (t) => {
  const { ask, settle, openings } = play()
  const answer = ask(1)
  await settle()
  openings[0]?.fail(new RangeError('hunter2'))
  const { evidence, trail } = await answer
  t.same(evidence, { kind: 'own-trouble', because: 'internal-error' })
  t.equal(trail.detail, 'a fault in the agent itself (RangeError)')
  const odd = ask(2)
  await settle()
  openings[1]?.fail('hunter2' as unknown as Error)
  t.equal((await odd).trail.detail, 'a fault in the agent itself (thrown)')
})

test('a lane that is closed keeps no session, and one that is called off answers', async (t) => {
  const { ask, open, settle, lane, stop, answers } = play()
  void ask(1)
  await settle()
  const session = await open()
  stop.abort()
  await settle()
  t.same(answers, ['1 deadline-passed'])
  lane.close()
  t.ok(session.isClosed())
  lane.close()
})
