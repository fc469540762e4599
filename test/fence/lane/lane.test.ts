import { test } from 'tap'
import { decide } from '../../../agent/domain/decide.ts'
import { parseHostAddress } from '../../../agent/base/net/host-address.ts'
import { runsMax } from '../../../agent/fence/lane/batch-run.ts'
import { createLane, fullMs, gatherMs } from '../../../agent/fence/lane/lane.ts'
import {
  nameLeadsMs,
  openAgainMs,
  openBesideMs,
  openingsMax,
  sessionsMax,
} from '../../../agent/fence/lane/session-pool.ts'
import type { LaneAsk } from '../../../agent/fence/lane/ticket.ts'
import type { Observation } from '../../../agent/fence/observation.ts'
import {
  askFor,
  createLaneWorld,
  fakeSession,
  lostUnheard,
  requestFor,
  vmNumber,
} from '../../fixtures/worlds/lane-world.ts'
import type { FakeSession, LaneWorld } from '../../fixtures/worlds/lane-world.ts'
import type { FenceRequest } from '../../../agent/fence/request.ts'

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
    {
      budgetMs,
      sinceMs = world.clock.nowMs(),
      isSilenceWanted = true,
      mayBegin = Promise.resolve(true),
      ...part
    }: Asked = {},
  ): Promise<Observation> => {
    const asked = { ...askFor(number, budgetMs, sinceMs), isSilenceWanted, mayBegin }
    const looking = lane.contact({ ...asked, request: requestFor(number, part) })
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

/** Every look ends in silence after three seconds. */
const passSilently = async ({ clock, openings }: ReturnType<typeof play>, ms: number) => {
  const begunMs = new Map<object, number>()
  for (let passed = 0; passed < ms; passed += 500) {
    for (const opening of openings) {
      if (!begunMs.has(opening)) begunMs.set(opening, clock.nowMs())
    }
    await clock.advance(500)
    for (const [opening, sinceMs] of begunMs) {
      if (clock.nowMs() - sinceMs >= 3_000) (opening as (typeof openings)[number]).end(noContact)
    }
    await clock.advance(0)
  }
}

const replying =
  (probe: LaneWorld['probe']['probe']): LaneWorld['probe']['probe'] =>
  async (...given) => {
    const probed = await probe(...given)
    const addresses = probed.addresses.map((one) => ({ ...one, echo: 'replied' as const }))
    return { ...probed, addresses }
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

test('silence is proven to each who waited long enough, at the end of its time', async (t) => {
  const world = play()
  const { ask, answers, openings, probes, clock } = world
  const startedMs = clock.nowMs()
  const tellAt = async (number: number): Promise<number> => {
    await ask(number)
    return Math.round((clock.nowMs() - startedMs) / 100) / 10
  }
  const ends: Promise<number>[] = []
  // Some come at once, some beside the first looks, some in the middle of a silence that lasts
  // already.
  for (const number of [1, 2, 3, 4, 5, 6]) {
    ends.push(tellAt(number))
    await passSilently(world, number === 4 ? 6_000 : 1_000)
  }
  await passSilently(world, 30_000)
  t.same([...new Set(answers.map((one) => one.slice(2)))], ['every-address-silent'])
  t.same(answers.length, 6)
  const lasted = (await Promise.all(ends)).map(
    (end, index) => end - ([0, 1, 2, 3, 9, 10][index] ?? 0),
  )
  t.ok(
    lasted.every((sec) => sec >= 15 && sec < 20),
    lasted.join(' '),
  )
  t.ok(probes.length <= openings.length)
  t.ok(openings.length < 30, `${openings.length} looks for six VMs`)
})

test('whoever asked vouches for our network', async (t) => {
  const { ask, clock, probes } = play()
  const caller = {
    remoteAddress: '192.0.2.3',
    remotePort: 1,
    localAddress: '192.0.2.9',
    localPort: 2,
  }
  void ask(1)
  void ask(2, { caller })
  await clock.advance(4_000)
  t.match(probes[1], { caller })
})

test('who cannot wait for long enough is told so after one look', async (t) => {
  const world = play()
  const { ask, answers, clock } = world
  const startedMs = clock.nowMs()
  const hasty = ask(1, { budgetMs: 10_000 })
  void ask(2)
  await passSilently(world, 5_000)
  t.same(answers, ['1 silence-too-short'])
  t.match(await hasty, { evidence: { silence: { lastedMs: 3_000 } } })
  t.ok(clock.nowMs() - startedMs <= 5_000)
  await passSilently(world, 15_000)
  t.same(answers.slice(1), ['2 every-address-silent'])
})

test('what was silent before a fence came is no part of its silence', async (t) => {
  const world = play()
  const { ask, answers } = world
  void ask(1, { budgetMs: 40_000 })
  await passSilently(world, 20_000)
  const late = ask(2, { budgetMs: 14_000 })
  await passSilently(world, 5_000)
  t.same(answers, ['2 silence-too-short'])
  const { evidence } = await late
  t.ok(evidence.kind === 'silence' && evidence.silence.lastedMs < 4_000)
})

test('a host that is back after some looks is logged in to', async (t) => {
  const world = play()
  const { ask, open, answers } = world
  void ask(1)
  await passSilently(world, 7_000)
  const session = await open()
  session.runs[0]?.tell(1)
  await world.settle()
  t.same(answers, ['1 destroyed'])
})

test('a sign of life in a later look ends the silence', async (t) => {
  const world = play()
  const { ask, answers, probe, clock } = world
  void ask(1)
  await passSilently(world, 7_000)
  const look = probe.probe
  Object.assign(probe, { probe: replying(look) })
  await passSilently(world, 6_000)
  t.same(answers, ['1 suspect-answered'])
  t.ok(clock.nowMs() < 1_000_000 + 15_000)
})

test('who was in contact before does not wait for the silence of others', async (t) => {
  const world = play()
  const { ask, answers } = world
  void ask(1)
  await passSilently(world, 4_000)
  void ask(2, { isSilenceWanted: false })
  await passSilently(world, 4_000)
  t.same(answers.length, 1)
  t.match(answers[0], /^2 /)
})

test('for those who had contact before nothing is probed', async (t) => {
  const { ask, clock, probes } = play()
  void ask(1, { isSilenceWanted: false })
  await clock.advance(4_000)
  t.same(probes, [])
})

test('a session that was kept and died unseen costs nobody a verdict', async (t) => {
  const { ask, open, settle, openings, answers, clock } = play()
  void ask(1)
  await settle()
  const session = await open()
  session.runs[0]?.tell(1)
  session.runs[0]?.end()
  await clock.advance(1)
  void ask(2)
  await settle()
  session.spoil()
  session.runs[1]?.end(lostUnheard)
  await settle()
  t.equal(openings.length, 2)
  const next = await open()
  t.same(next.runs[0]?.vms, [vmNumber(2)])
  next.runs[0]?.tell(2)
  await settle()
  t.same(answers, ['1 destroyed', '2 destroyed'])
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

/** Eight runs of one session, none of which ends. */
const fill = async ({ ask, open, clock }: ReturnType<typeof play>): Promise<FakeSession> => {
  void ask(1)
  await clock.advance(0)
  const session = await open()
  for (let number = 2; number <= 8; number += 1) {
    void ask(number)
    await clock.advance(gatherMs)
  }
  return session
}

const noContact = {
  kind: 'no-contact',
  dials: [{ address: '192.0.2.7', tcp: 'silent' }],
  trail: { address: '', phases: [], detail: '' },
} as const

test('what was heard on a session in a fence counts in it, whoever it was for', async (t) => {
  for (const [isHeard, because] of [
    [true, 'contact-lost'],
    [false, 'every-address-silent'],
  ] as const) {
    const world = play()
    const { ask, openings, clock, answers } = world
    const session = await fill(world)
    await clock.advance(1)
    void ask(9, { budgetMs: 60_000 })
    if (isHeard) openings[0]?.hear()
    session.lose()
    for (const run of session.runs) run.end({ ...lostUnheard, wasHeard: true })
    await clock.advance(4_500)
    t.equal(openings.length, 2)
    openings[1]?.end(noContact)
    await passSilently(world, 60_000)
    t.ok(answers.includes(`9 ${because}`), `${String(isHeard)}: ${answers.join()}`)
  }
})

test('a sign of life beside a silent SSH is called so', async (t) => {
  const { ask, openings, clock, answers, probe } = play()
  Object.assign(probe, { probe: replying(probe.probe) })
  void ask(1)
  await clock.advance(4_500)
  openings[0]?.end(noContact)
  await clock.advance(0)
  t.same(answers, ['1 suspect-answered'])
  // And it is heard by whoever comes meanwhile.
  const sinceMs = clock.nowMs()
  void ask(2, { sinceMs })
  await clock.advance(4_500)
  openings[1]?.end(noContact)
  await clock.advance(0)
  t.same(answers[1], '2 contact-lost')
})

test('what was heard between two looks of a fence counts in it', async (t) => {
  const world = play()
  const { ask, openings, clock, answers } = world
  await fill(world)
  // The fence had looked before.
  const sinceMs = clock.nowMs()
  openings[0]?.hear()
  await clock.advance(100)
  void ask(9, { sinceMs })
  await clock.advance(4_500)
  openings[1]?.end(noContact)
  await clock.advance(0)
  t.same(answers, ['9 contact-lost'])
})

test('a session that was opened in a fence was contact in it, though another ran on it first', async (t) => {
  const { ask, open, openings, clock, answers } = play()
  let tell: (may: boolean) => void = () => undefined
  void ask(1)
  void ask(2, {
    mayBegin: new Promise((resolve) => {
      tell = resolve
    }),
  })
  await clock.advance(350)
  const session = await open()
  await clock.advance(100)
  tell(true)
  await clock.advance(gatherMs)
  t.equal(session.runs.length, 2)
  session.spoil()
  session.runs[1]?.end(lostUnheard)
  session.runs[0]?.end(lostUnheard)
  await clock.advance(0)
  t.same(answers, ['2 contact-lost', '1 contact-lost'])
  t.equal(openings.length, 1, 'nobody is left who could find it silent')
})

test('a refused channel was an answer, whatever comes later', async (t) => {
  const { ask, open, openings, clock, answers } = play()
  void ask(1)
  await clock.advance(0)
  const session = await open()
  await clock.advance(1)
  void ask(2)
  await clock.advance(gatherMs)
  openings[0]?.hear()
  session.runs[1]?.end({
    evidence: { kind: 'refusal', because: 'channel-refused' },
    detail: '',
    phases: [],
    wasHeard: true,
  })
  await clock.advance(0)
  session.lose()
  session.runs[0]?.end({ ...lostUnheard, wasHeard: true })
  await clock.advance(4_500)
  openings.at(-1)?.end(noContact)
  await clock.advance(0)
  t.same(answers, ['1 contact-lost', '2 contact-lost'])
})

test('VMs that do not die do not keep the others from being asked about', async (t) => {
  const world = play()
  const { ask, open, openings, clock, lane, answers } = world
  const session = await fill(world)
  void ask(100)
  await clock.advance(fullMs - 1)
  t.equal(openings.length, 1)
  await clock.advance(1)
  t.equal(openings.length, 2, 'there is another session')
  const second = await open()
  t.same(second.runs[0]?.vms, [vmNumber(100)])
  t.same(lane.counts(), { queued: 0, runs: 9, sessions: 2 })
  for (const run of session.runs) run.end()
  await clock.advance(0)
  t.ok(session.isClosed(), 'the full one goes when its last run has ended')
  second.runs[0]?.tell(100)
  await clock.advance(0)
  t.match(answers.at(-1), '100 destroyed')
})

test('a full session that has room again serves those who got no other', async (t) => {
  const world = play()
  const { ask, openings, clock, answers } = world
  const session = await fill(world)
  void ask(100)
  await clock.advance(fullMs)
  session.runs[0]?.end()
  openings[1]?.end({
    kind: 'evidence',
    evidence: { kind: 'refusal', because: 'connection-dropped' },
    trail: { address: '192.0.2.7', phases: [], detail: '' },
  })
  await clock.advance(gatherMs)
  t.same(session.runs.at(-1)?.vms, [vmNumber(100)])
  t.same(answers, ['1 destroyed'])
})

test('of two sessions that come at once one is kept', async (t) => {
  const { ask, openings, clock } = play()
  void ask(1)
  await clock.advance(50)
  void ask(2)
  await clock.advance(openAgainMs)
  const [first, second] = [fakeSession(), fakeSession()]
  openings[0]?.end(first)
  await clock.advance(0)
  openings[1]?.end(second)
  await clock.advance(0)
  t.ok(second.isClosed())
  t.same(first.runs[0]?.vms, [vmNumber(1), vmNumber(2)])
})

test('who finds no way is served on the session of another', async (t) => {
  const { ask, openings, clock, answers } = play()
  void ask(1)
  await clock.advance(50)
  // Its intent is not on disk.
  void ask(2, { mayBegin: new Promise(() => undefined) })
  await clock.advance(openAgainMs)
  const session = fakeSession()
  openings[0]?.end(session)
  await clock.advance(0)
  openings[1]?.end(noContact)
  await clock.advance(3_000)
  t.same(answers, [], 'the host is there, so nobody is told that it is not')
  t.same(session.runs[0]?.vms, [vmNumber(1)])
})

test('there is an end to the sessions of a lane', async (t) => {
  const { ask, open, openings, clock, lane } = play()
  void ask(1)
  await clock.advance(0)
  await open()
  for (let number = 2; number <= 40; number += 1) {
    void ask(number)
    await clock.advance(fullMs)
    if (openings.length > lane.counts().sessions) await open()
  }
  t.equal(openings.length, sessionsMax)
  t.match(lane.counts(), { runs: sessionsMax * runsMax, sessions: sessionsMax })
})

const playByName = () => {
  const world = createLaneWorld()
  const name = parseHostAddress('kvm-1.example')
  if (name === undefined) throw new Error('a name')
  const request = requestFor(1)
  const suspect = { ...request.suspect, addresses: [name] as const }
  const never = new AbortController().signal
  return { ...world, lane: createLane(suspect, { keepMs }, world, never, () => undefined) }
}

test('where a name led once nothing more is run, though there is no other session', async (t) => {
  const { clock, openings, lane } = playByName()
  const sessions: FakeSession[] = []
  for (let number = 1; number <= sessionsMax; number += 1) {
    void lane.contact(askFor(number, 60_000))
    await clock.advance(0)
    const session = fakeSession()
    sessions.push(session)
    openings.at(-1)?.end(session)
    await clock.advance(nameLeadsMs)
  }
  t.same(lane.counts(), { queued: 0, runs: sessionsMax, sessions: sessionsMax })
  void lane.contact(askFor(100, 60_000))
  await clock.advance(1_000)
  t.equal(openings.length, sessionsMax)
  sessions[0]?.runs[0]?.end()
  await clock.advance(0)
  t.equal(openings.length, sessionsMax + 1, 'as soon as there is room for one')
  t.same(
    sessions.map(({ runs }) => runs.length),
    [1, 1, 1, 1],
  )
})

test('where a name led once nothing is kept that does nothing', async (t) => {
  const { clock, openings, lane } = playByName()
  const sessions: FakeSession[] = []
  for (let number = 1; number <= sessionsMax; number += 1) {
    void lane.contact(askFor(number, 60_000))
    await clock.advance(0)
    const session = fakeSession()
    sessions.push(session)
    openings.at(-1)?.end(session)
    await clock.advance(0)
    if (number === sessionsMax) session.runs[0]?.end()
    await clock.advance(number === sessionsMax ? 0 : nameLeadsMs)
  }
  t.match(lane.counts(), { runs: sessionsMax - 1 })
  await clock.advance(nameLeadsMs)
  void lane.contact(askFor(100, 60_000))
  await clock.advance(0)
  t.equal(openings.length, sessionsMax + 1)
})

test('a name is asked for again after a while', async (t) => {
  const { clock, openings, lane } = playByName()
  void lane.contact(askFor(1))
  await clock.advance(0)
  const session = fakeSession()
  openings[0]?.end(session)
  await clock.advance(0)
  session.runs[0]?.end()
  await clock.advance(1)
  t.ok(session.isClosed(), 'no session of a name is kept')
  void lane.contact(askFor(2))
  await clock.advance(0)
  const second = fakeSession()
  openings[1]?.end(second)
  await clock.advance(nameLeadsMs - 1)
  void lane.contact(askFor(3))
  await clock.advance(0)
  t.equal(second.runs.length, 2)
  await clock.advance(1)
  let begin: (may: boolean) => void = () => undefined
  const mayBegin = new Promise<boolean>((resolve) => {
    begin = resolve
  })
  void lane.contact({ ...askFor(4), mayBegin })
  await clock.advance(0)
  t.equal(openings.length, 3)
  t.equal(second.runs.length, 2)
  const third = fakeSession()
  openings[2]?.end(third)
  await clock.advance(nameLeadsMs)
  begin(true)
  await clock.advance(0)
  t.ok(third.isClosed(), 'nor is one on which nothing has run')
  t.equal(openings.length, 4)
})

test('those who come while nothing is heard look for themselves, a few at once', async (t) => {
  const { ask, openings, clock } = play()
  void ask(1)
  await clock.advance(50)
  void ask(2)
  await clock.advance(openAgainMs - 51)
  t.equal(openings.length, 1)
  await clock.advance(1)
  t.equal(openings.length, 2)
  void ask(3)
  await clock.advance(openAgainMs)
  t.equal(openings.length, openingsMax)
  void ask(4)
  await clock.advance(3_000)
  t.equal(openings.length, openingsMax)
})

test('where something is heard all wait for one session, and for a slow one not for ever', async (t) => {
  const { ask, openings, clock } = play()
  void ask(1)
  await clock.advance(50)
  openings[0]?.hear()
  void ask(2)
  await clock.advance(openBesideMs - 51)
  t.equal(openings.length, 1)
  await clock.advance(1)
  t.equal(openings.length, 2, 'a login that takes its time may be for one of them alone')
})
