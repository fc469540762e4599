import { test } from 'tap'
import { decide } from '../../agent/domain/decide.ts'
import type { Evidence } from '../../agent/domain/evidence.ts'
import { slowMs } from '../../agent/fence/retry-policy.ts'
import { retryContact } from '../../agent/fence/retry.ts'
import { silent, silentAddress } from '../fixtures/values/evidence.ts'
import { fenceRequest, reportEvidence } from '../fixtures/values/fence-records.ts'
import { createSimClock } from '../fixtures/worlds/sim-clock.ts'

const refusal = (because: 'contact-lost' | 'login-refused' | 'connection-dropped'): Evidence => ({
  kind: 'refusal',
  because,
})
const noContact = silent()
/** What a look gives that was told not to wait for probes. */
const unprobed = silent({
  addresses: [{ ...silentAddress, echo: 'not-run', neighbour: 'not-run' }],
  witnesses: [],
})

interface Step {
  readonly ms: number
  readonly gives: Evidence
}

/** One step per look; the last one is repeated. */
const play = async (steps: readonly Step[], budgetMs = 19_600, abortAtMs = 60_000) => {
  const clock = createSimClock()
  const stop = new AbortController()
  const startedMs = clock.nowMs()
  const contacts: { readonly atMs: number; readonly budgetMs: number }[] = []
  let probed = 0
  const running = retryContact(
    async ({ budgetMs: leftMs, isSilenceWanted }) => {
      contacts.push({ atMs: clock.nowMs() - startedMs, budgetMs: leftMs })
      const { ms, gives } = steps[contacts.length - 1] ?? steps.at(-1) ?? missing()
      await clock.wait(ms, stop.signal)
      if (isSilenceWanted) probed += 1
      const evidence = gives.kind === 'silence' && !isSilenceWanted ? unprobed : gives
      const trail = { address: '192.0.2.7', phases: [], detail: 'the program ended with code 0' }
      return { evidence, trail }
    },
    clock,
    { request: fenceRequest(), budgetMs, sinceMs: startedMs, mayBegin: Promise.resolve(true) },
    stop.signal,
  )
  let endedMs = 0
  void running.then(() => {
    endedMs = clock.nowMs() - startedMs
  })
  await clock.advance(abortAtMs)
  stop.abort()
  await clock.advance(1_000)
  const { evidence, trail } = await running
  return { verdict: decide(evidence), trail, contacts, endedMs, probed: () => probed }
}

function missing(): never {
  throw new Error('no step')
}

test('a session that is lost is made again, and its own report confirms', async (t) => {
  const { verdict, trail, contacts } = await play([
    { ms: 300, gives: refusal('contact-lost') },
    { ms: 500, gives: reportEvidence() },
  ])
  t.same(verdict, { kind: 'confirmed-dead', because: 'destroyed' })
  t.same(contacts, [
    { atMs: 0, budgetMs: 19_600 },
    { atMs: 400, budgetMs: 19_200 },
  ])
  t.match(trail.earlier, [{ because: 'contact-lost', ms: 300 }])
  t.match(trail.earlier?.[0]?.detail, /program ended/)
})

test('a suspect that was in contact and fell silent is not unreachable', async (t) => {
  const { verdict } = await play([
    { ms: 300, gives: refusal('contact-lost') },
    { ms: 4_500, gives: noContact },
  ])
  t.same(verdict, { kind: 'still-alive', because: 'contact-lost' })
})

test('a sign of life beside a silent SSH stays one, and is not waited for again', async (t) => {
  const steps = [
    { ms: 4_500, gives: silent({ addresses: [{ ...silentAddress, echo: 'replied' }] }) },
    { ms: 4_500, gives: noContact },
  ]
  const { verdict, contacts, probed } = await play(steps)
  t.same(verdict, { kind: 'still-alive', because: 'suspect-answered' })
  t.equal(contacts.length, 2)
  t.equal(probed(), 1)
  t.equal((await play(steps, 9_000)).contacts.length, 1, 'half a look more tells nothing')
})

test('a look without a sign of life and without a witness may be followed by a proof', async (t) => {
  const { verdict, contacts } = await play([
    { ms: 4_500, gives: silent({ witnesses: [] }) },
    { ms: 4_500, gives: noContact },
  ])
  t.equal(contacts.length, 2)
  t.same(verdict, { kind: 'unreachable', because: 'every-address-silent' })
})

test('a proof is not looked at twice', async (t) => {
  for (const gives of [noContact, reportEvidence()]) {
    const { contacts, trail } = await play([{ ms: 1_000, gives }])
    t.equal(contacts.length, 1)
    t.same(trail.earlier, [])
  }
})

test('what is final is not tried again', async (t) => {
  const { verdict, contacts } = await play([{ ms: 100, gives: refusal('login-refused') }])
  t.same(verdict, { kind: 'still-alive', because: 'login-refused' })
  t.equal(contacts.length, 1)
})

test('tries end by number', async (t) => {
  const { verdict, contacts, endedMs, trail } = await play([
    { ms: 10, gives: refusal('connection-dropped') },
  ])
  t.same(verdict, { kind: 'still-alive', because: 'connection-dropped' })
  t.equal(contacts.length, 6)
  t.equal(trail.earlier?.length, 5)
  t.equal(endedMs, 3_100 + 60)
})

test('a connection that is cut after seconds is made once more, whatever it was cut for', async (t) => {
  for (const because of ['contact-lost', 'connection-dropped'] as const) {
    const { contacts } = await play([{ ms: slowMs, gives: refusal(because) }], 60_000)
    t.equal(contacts.length, 2, because)
  }
  const { contacts } = await play([
    { ms: 10, gives: refusal('connection-dropped') },
    { ms: slowMs, gives: refusal('contact-lost') },
    { ms: 10, gives: refusal('connection-dropped') },
    { ms: slowMs, gives: refusal('contact-lost') },
  ])
  t.equal(contacts.length, 4, 'and quick ones between them change nothing')
})

test('a host without a connection is no slow one: it may come back for as long as there are tries', async (t) => {
  const { contacts } = await play(
    [
      { ms: slowMs, gives: refusal('contact-lost') },
      { ms: 4_500, gives: noContact },
    ],
    60_000,
  )
  t.equal(contacts.length, 6)
})

test('tries end with the budget, and none is begun that cannot be finished', async (t) => {
  const { contacts, endedMs } = await play([{ ms: 1_000, gives: refusal('contact-lost') }], 2_600)
  t.same(
    contacts.map(({ budgetMs }) => budgetMs),
    [2_600, 1_500],
  )
  t.equal(endedMs, 2_100)
})

test('a call off ends the wait', async (t) => {
  const { contacts, verdict } = await play([{ ms: 10, gives: refusal('contact-lost') }], 19_600, 50)
  t.equal(contacts.length, 1)
  t.same(verdict, { kind: 'still-alive', because: 'contact-lost' })
})

test('each contact that came to a doubt is told before it is made again', async (t) => {
  const clock = createSimClock()
  const told: string[] = []
  let contacts = 0
  const running = retryContact(
    async () => {
      contacts += 1
      const evidence = contacts < 3 ? refusal('connection-dropped') : reportEvidence()
      return await Promise.resolve({ evidence, trail: { address: '', phases: [], detail: '' } })
    },
    clock,
    {
      request: fenceRequest(),
      budgetMs: 19_600,
      sinceMs: clock.nowMs(),
      mayBegin: Promise.resolve(true),
      onDoubt: ({ evidence }) => {
        told.push(`${contacts} ${decide(evidence).because}`)
      },
    },
    new AbortController().signal,
  )
  await clock.advance(1_000)
  await running
  t.same(told, ['1 connection-dropped', '2 connection-dropped'])
})
