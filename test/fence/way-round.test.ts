import { test } from 'tap'
import { decide } from '../../agent/domain/decide.ts'
import type { Evidence } from '../../agent/domain/evidence.ts'
import { doubts } from '../../agent/domain/verdict.ts'
import type { Observation } from '../../agent/fence/observation.ts'
import type { NeighbourAsk, NeighbourSaid } from '../../agent/fence/ports.ts'
import type { SharedContact } from '../../agent/fence/single-flight.ts'
import { createWayRound, isFailing, noWayRound } from '../../agent/fence/way-round.ts'
import { reported, silent, someNeighbour, someNeighbourDeath } from '../fixtures/values/evidence.ts'
import { fenceRequest } from '../fixtures/values/fence-records.ts'
import { createSimClock } from '../fixtures/worlds/sim-clock.ts'

const trail = { address: '192.0.2.7', phases: [], detail: 'ours' }
const seen = (evidence: Evidence): Observation => ({ evidence, trail })
const refused = seen({ kind: 'refusal', because: 'connection-refused' })
const unkillable = seen({ kind: 'refusal', because: 'unkillable' })

const dead: NeighbourSaid = {
  asked: { ...someNeighbour, said: 'dead', because: 'destroyed', killed: { is: 'yes', pids: [7] } },
  death: someNeighbourDeath,
}
const contact: NeighbourSaid = { asked: { ...someNeighbour, said: 'contact' } }
const words: NeighbourSaid = { asked: someNeighbour }
const pending = {
  ...someNeighbour,
  because: 'no answer',
  killed: { is: 'not-known', pids: [] },
} as const

interface Play {
  /** When our own way ends, in ms, and in what; it never ends where absent. */
  readonly own?: readonly [ms: number, seen: Observation]
  readonly failsMs?: number
  readonly isSent?: boolean
  /** When each neighbour answers, in ms after it was asked, and what. */
  readonly said?: readonly (readonly [ms: number, said: NeighbourSaid])[]
  readonly mayBegin?: boolean
  readonly abortMs?: number
  readonly forMs?: number
}

const play = async (given: Play) => {
  const {
    own,
    failsMs,
    isSent = false,
    said = [],
    mayBegin = true,
    abortMs,
    forMs = 20_000,
  } = given
  const clock = createSimClock()
  const startedMs = clock.nowMs()
  const asks: { readonly atMs: number; readonly ask: NeighbourAsk }[] = []
  const never = new AbortController()
  const after = async (ms: number): Promise<void> => {
    await clock.wait(ms, never.signal)
  }
  const observation =
    own === undefined ? new Promise<Observation>(() => undefined) : after(own[0]).then(() => own[1])
  const failing = failsMs === undefined ? new Promise<void>(() => undefined) : after(failsMs)
  const shared: SharedContact = {
    observation,
    failing,
    isSent: () => isSent,
    endsMs: 0,
    joined: false,
    leave: () => undefined,
  }
  const round = createWayRound(
    { request: fenceRequest(), startedMs, mayBegin: Promise.resolve(mayBegin) },
    {
      clock,
      ownShare: 0.25,
      neighbours: {
        ask: (ask) => {
          asks.push({ atMs: clock.nowMs() - startedMs, ask })
          return said.map(([ms, one]) => ({
            soFar: () => pending,
            answer: after(ms).then(() => one),
          }))
        },
      },
    },
  )
  const stop = new AbortController()
  let result: Observation | undefined
  let endedMs = 0
  const observe = async (): Promise<void> => {
    result = await round.observe(shared, 20_000, stop.signal)
    endedMs = clock.nowMs() - startedMs
  }
  void observe()
  if (abortMs !== undefined) {
    await clock.advance(abortMs)
    stop.abort()
  }
  await clock.advance(forMs)
  const again = async () => await round.observe(shared, 20_000, stop.signal)
  return { result, endedMs, asks, because: result && decide(result.evidence).because, again }
}

test('a way that fails before a login has others asked at once, beside it', async (t) => {
  const { because, asks, result, endedMs } = await play({ failsMs: 300, said: [[1_000, dead]] })
  t.equal(because, 'destroyed')
  t.same(result?.evidence, { kind: 'passed-on', death: someNeighbourDeath })
  t.equal(endedMs, 1_300)
  t.match(asks, [{ atMs: 300, ask: { askedAfterMs: 300 } }])
  t.same(result?.trail.neighbours, [dead.asked])
  t.equal(result?.sentMs, 1_000_300, 'a proof is as old as the asking')
  t.ok(asks[0]?.ask.signal.aborted, 'and whoever is asked still is called off')
})

test('a way that is slow has others asked after its share of the budget', async (t) => {
  const { because, asks } = await play({ said: [[1_000, dead]] })
  t.equal(because, 'destroyed')
  t.same(
    asks.map(({ atMs }) => atMs),
    [5_000],
  )
  t.equal(asks[0]?.ask.leftMs() === undefined, false)
})

test('one whose program is at work asks nobody, however long it takes', async (t) => {
  const { because, asks } = await play({
    isSent: true,
    own: [9_000, unkillable],
    said: [[1, dead]],
  })
  t.equal(because, 'unkillable')
  t.same(asks, [])
})

test('one that ended well, or after a login, asks nobody', async (t) => {
  for (const own of [seen(reported()), unkillable]) {
    const { result, asks } = await play({ own: [100, own], said: [[1, dead]] })
    t.same(result, own)
    t.same(asks, [])
  }
})

test('one that came to nothing asks as well, and waits for the answers', async (t) => {
  const { because, endedMs } = await play({
    own: [100, refused],
    said: [
      [2_000, words],
      [3_000, dead],
    ],
  })
  t.equal(because, 'destroyed')
  t.equal(endedMs, 3_100)
  const none = await play({
    own: [100, refused],
    said: [
      [2_000, words],
      [3_000, contact],
    ],
  })
  t.equal(none.because, 'connection-refused')
  t.equal(none.endedMs, 3_100)
  t.match(none.result?.trail, { detail: 'ours', neighbours: [words.asked, contact.asked] })
})

test('nothing is asked without an intent on disk, nor once the fence is over', async (t) => {
  const unwritten = await play({
    own: [9_000, refused],
    failsMs: 10,
    mayBegin: false,
    said: [[1, dead]],
  })
  t.same([unwritten.asks, unwritten.because], [[], 'connection-refused'])
  const over = await play({ own: [9_000, refused], abortMs: 100, said: [[1, dead]] })
  t.same([over.asks, over.because], [[], 'connection-refused'])
})

test('our own word after a login is final, and calls the others off', async (t) => {
  for (const own of [seen(reported()), unkillable]) {
    const { result, endedMs, asks } = await play({
      failsMs: 10,
      own: [500, own],
      said: [[2_000, dead]],
    })
    t.same(result?.evidence, own.evidence)
    t.equal(endedMs, 500)
    t.ok(asks[0]?.ask.signal.aborted)
    t.same(result?.trail.neighbours, [pending], 'what it may have killed is not known')
  }
})

test('what a neighbour heard forbids silence; what it did not hear, or did not say, changes nothing', async (t) => {
  const quiet = seen(silent())
  const rows = [
    [[[1_000, contact]], 'heard-by-neighbour'],
    [
      [
        [1_000, words],
        [2_000, contact],
      ],
      'heard-by-neighbour',
    ],
    [[[1_000, words]], 'every-address-silent'],
    [[], 'every-address-silent'],
  ] as const
  for (const [said, because] of rows) {
    t.equal((await play({ own: [15_000, quiet], said })).because, because)
  }
  const late = await play({ own: [6_000, quiet], said: [[4_000, contact]] })
  t.same([late.because, late.endedMs], ['heard-by-neighbour', 9_000], 'and is waited for')
  t.match(late.result?.evidence, { silence: { heardBy: [someNeighbour.agentId] } })
})

test('answers of neighbours come before our own word: that is waited for', async (t) => {
  const { because, endedMs } = await play({
    failsMs: 10,
    own: [8_000, seen(reported())],
    said: [[1_000, contact]],
  })
  t.same([because, endedMs], ['destroyed', 8_000])
})

test('a fence asks once, and keeps what was heard', async (t) => {
  const { asks, again, because } = await play({
    own: [15_000, seen(silent())],
    said: [[1_000, contact]],
  })
  t.equal(because, 'heard-by-neighbour')
  t.equal(decide((await again()).evidence).because, 'heard-by-neighbour')
  t.equal(asks.length, 1)
})

test('a request that was passed on has its own way alone', async (t) => {
  const shared = { observation: Promise.resolve(refused) } as SharedContact
  t.equal(await noWayRound.observe(shared, 1, new AbortController().signal), refused)
})

test('a contact that was lost fails before a login only where nothing was begun', async (t) => {
  const lost = { kind: 'refusal', because: 'contact-lost' } as const
  t.ok(isFailing({ evidence: lost, trail }))
  t.notOk(isFailing({ evidence: lost, trail: { ...trail, phases: [{ phase: 'run', ms: 1 }] } }))
})

test('no doubt about what was seen on the host has anybody else asked', async (t) => {
  const failing = doubts.filter((because) =>
    isFailing({ evidence: { kind: 'refusal', because }, trail }),
  )
  const onTheHost = [
    'wrong-host',
    'own-host',
    'host-not-confirmed',
    'unkillable',
    'respawned',
    'kill-denied',
  ] as const
  for (const because of onTheHost) t.notOk(failing.includes(because), because)
  for (const because of [
    'journal-failed',
    'shutting-down',
    'called-off',
    'internal-error',
  ] as const) {
    t.notOk(failing.includes(because), because)
  }
  t.equal(failing.length, 24)
})
