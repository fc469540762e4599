import { test } from 'tap'
import type { Attempt, AttemptOutcome } from '../../agent/callback/attempt.ts'
import { deliver } from '../../agent/callback/deliver.ts'
import { createSemaphore } from '../../agent/base/limit/semaphore.ts'
import type { LaterAnswer } from '../../agent/fence/callbacks.ts'
import { agentId, fenceRequest } from '../fixtures/values/fence-records.ts'
import { createSimClock } from '../fixtures/worlds/sim-clock.ts'

const destination = { isTls: false, address: '10.0.0.1', port: 1, host: '10.0.0.1:1', path: '/' }
const proof = '{"success":true,"the":"proof"}'

const status = (code: number): AttemptOutcome => ({ kind: 'answered', status: code })
const dead: AttemptOutcome = { kind: 'unanswered', code: 'ECONNREFUSED' }

/** A delivery whose attempts end as told, the last of them for ever. */
const world = (
  plan: readonly (AttemptOutcome | 'hangs')[],
  part: { readonly provenAgoMs?: number; readonly retryMs?: number } = {},
) => {
  const clock = createSimClock()
  const stop = new AbortController()
  const startMs = clock.nowMs()
  const sent: { readonly atMs: number; readonly body: string }[] = []
  const attempt: Attempt = async (_to, _task, body, signal) => {
    const outcome = plan[Math.min(sent.length, plan.length - 1)]
    sent.push({ atMs: clock.nowMs() - startMs, body })
    if (outcome !== 'hangs' && outcome !== undefined) return await Promise.resolve(outcome)
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => {
        resolve()
      })
    })
    return { kind: 'unanswered', code: 'LATE' }
  }
  const { provenAgoMs, retryMs = 600_000 } = part
  const answer: LaterAnswer = {
    subject: fenceRequest(),
    ask: { task: 't', url: 'http://10.0.0.1:1/' },
    body: provenAgoMs === undefined ? '{"success":false}' : proof,
    ...(provenAgoMs === undefined
      ? {}
      : { provenAt: new Date(clock.nowMs() - provenAgoMs).toISOString() }),
  }
  const times = { proofMs: 60_000, endsMs: startMs + retryMs }
  const deps = { agentId, clock, attempt, places: createSemaphore(1) }
  const end = deliver(answer, destination, times, deps, stop.signal)
  return { clock, sent, end, stop, deps, answer, times }
}

test('an answer that is taken is sent once', async (t) => {
  const { sent, end } = world([status(200)], { provenAgoMs: 0 })
  t.match(await end, { end: 'delivered', said: 'answer', attempts: 1, status: 200, ms: 0 })
  t.same(sent, [{ atMs: 0, body: proof }])
})

test('what does not take answers is not asked again', async (t) => {
  for (const [code, word] of [
    [404, 'no-such-task'],
    [302, 'rejected'],
    [400, 'rejected'],
  ] as const) {
    const { sent, end } = world([status(code)])
    t.match(await end, { end: word, attempts: 1, status: code })
    t.equal(sent.length, 1)
  }
})

test('a caller that is down, stuck or overloaded is asked again, less and less often', async (t) => {
  const plan = [dead, status(500), status(429), 'hangs', status(408), dead, dead, status(200)]
  const { clock, sent, end } = world(plan as AttemptOutcome[])
  await clock.advance(100_000)
  t.match(await end, { end: 'delivered', attempts: 8, status: 200 })
  t.same(
    sent.map(({ atMs }) => atMs),
    [0, 500, 1_500, 3_500, 22_500, 30_500, 45_500, 60_500],
    'the fourth attempt took its 15 s',
  )
})

test('a proof is sent only while it is young; then the caller gets a refusal in its place', async (t) => {
  const { clock, sent, end } = world([dead, dead, dead, dead, dead, dead, status(200)], {
    provenAgoMs: 45_000,
  })
  await clock.advance(60_000)
  t.match(await end, { end: 'delivered', said: 'verdict-expired', attempts: 7 })
  t.same(
    sent.map(({ atMs, body }) => [atMs, body === proof]),
    [
      [0, true],
      [500, true],
      [1_500, true],
      [3_500, true],
      [7_500, true],
      [15_500, false],
      [30_500, false],
    ],
  )
  t.match(JSON.parse(sent.at(-1)?.body ?? ''), {
    success: false,
    qemuConfirmedDead: false,
    qemuStillAlive: true,
    targetHostUnreachable: false,
    reason: 'verdict-expired',
    agentId,
    fenceId: 'fence-1',
    summary: /could not be delivered in time and may no longer hold; ask again\.$/,
  })
})

test('an attempt with a proof ends when the proof does', async (t) => {
  const { clock, sent, end } = world(['hangs'], { provenAgoMs: 58_000, retryMs: 30_000 })
  await clock.advance(40_000)
  t.same(
    sent.map(({ atMs, body }) => [atMs, body === proof]),
    [
      [0, true],
      [2_500, false],
      [18_500, false],
    ],
  )
  t.match(await end, { end: 'written-off', attempts: 3, status: 0, ms: 30_000 })
})

test('a proof that waited for its place too long is not sent', async (t) => {
  const { clock, end, deps, answer, times } = world(['hangs', status(200)], { retryMs: 90_000 })
  const provenAt = new Date(clock.nowMs() - 55_000).toISOString()
  const bodies: string[] = []
  const attempt: Attempt = async (...args) => {
    bodies.push(args[2])
    return await deps.attempt(...args)
  }
  const late = deliver(
    { ...answer, body: proof, provenAt },
    destination,
    times,
    { ...deps, attempt },
    new AbortController().signal,
  )
  await clock.advance(20_000)
  t.match(await late, { end: 'delivered', said: 'verdict-expired', attempts: 1 })
  t.notOk(bodies.join('').includes(proof))
  t.match(await end, { end: 'delivered', attempts: 2 })
})

test('what is not taken in its time is written off', async (t) => {
  const { clock, sent, end } = world([status(503)], { retryMs: 10_000 })
  await clock.advance(10_000)
  t.match(await end, { end: 'written-off', attempts: 5, status: 503, said: 'answer', ms: 10_000 })
  t.same(
    sent.map(({ atMs }) => atMs),
    [0, 500, 1_500, 3_500, 7_500],
  )
  const late = world([status(200)], { retryMs: 0 })
  t.match(
    await late.end,
    { end: 'written-off', attempts: 0, said: 'nothing' },
    'before any attempt',
  )
})

test('a stop leaves it where it is', async (t) => {
  const waiting = world([dead])
  await waiting.clock.advance(100)
  waiting.stop.abort()
  t.equal(await waiting.end, undefined, 'while it waits')
  const trying = world(['hangs'])
  await trying.clock.advance(100)
  trying.stop.abort()
  t.equal(await trying.end, undefined, 'in an attempt')
})
