import { setImmediate as turn } from 'node:timers/promises'
import { test } from 'tap'
import type { Attempt, AttemptOutcome } from '../../agent/callback/attempt.ts'
import { createCallbacks } from '../../agent/callback/callbacks.ts'
import type {
  AnswerBody,
  CallbackJournal,
  DeliveryEnd,
  LaterAnswer,
  LeftAnswer,
} from '../../agent/fence/callbacks.ts'
import { fenceReply, refusalReply } from '../../agent/contract/reply/fence-reply.ts'
import {
  agentId,
  fenceRecord,
  fenceRequest,
  hostAddress,
  vmUuid,
} from '../fixtures/values/fence-records.ts'
import { createSimClock } from '../fixtures/worlds/sim-clock.ts'

const ask = { task: 't-1', url: 'http://10.0.0.1:8080/callback' }
const subject = fenceRequest()
const proof = JSON.stringify(fenceReply(fenceRecord({ request: subject }), agentId))
const refusal = JSON.stringify(refusalReply(subject, 'contact-lost', 0, agentId))

interface Parts {
  readonly attempt?: (body: string, count: number) => AttemptOutcome | 'hangs'
  readonly journal?: Partial<CallbackJournal>
  readonly left?: readonly LeftAnswer[]
  readonly waitingMax?: number
}

const callbackServer = ({ attempt, journal = {}, left = [], waitingMax = 4 }: Parts = {}) => {
  const clock = createSimClock()
  const bodies: string[] = []
  const events: string[] = []
  const ends: DeliveryEnd[] = []
  const troubles: string[] = []
  const tried: Attempt = async (_to, _task, body, signal) => {
    bodies.push(body)
    events.push('sent')
    const outcome = attempt?.(body, bodies.length) ?? { kind: 'answered', status: 200 }
    if (outcome !== 'hangs') return await Promise.resolve(outcome)
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => {
        resolve()
      })
    })
    return { kind: 'unanswered', code: 'LATE' }
  }
  const answers: LaterAnswer[] = []
  const callbacks = createCallbacks(
    { proofMs: 60_000, retryMs: 600_000, waitingMax },
    {
      agentId,
      clock,
      attempt: tried,
      mayReach: (address) => address !== '169.254.169.254',
      journal: {
        answer: async (answer) => {
          answers.push(answer)
          events.push('answer noted')
          await journal.answer?.(answer)
        },
        delivery: async (end) => {
          await journal.delivery?.(end)
          events.push(`delivery on disk: ${end.end}`)
        },
      },
      onEnd: (end) => ends.push(end),
      onTrouble: (error, { fenceId }, what) => {
        troubles.push(`${fenceId}: ${what}: ${String(error)}`)
      },
    },
    left,
  )
  const proven = async (): Promise<AnswerBody> =>
    await Promise.resolve({ body: proof, provenAt: clock.wallTime() })
  return { clock, callbacks, bodies, events, ends, troubles, answers, proven }
}

const reason = (body: string | undefined): unknown =>
  (JSON.parse(body ?? '{}') as { readonly reason?: string }).reason

test('an answer is noted before it leaves, and the end of its delivery after it', async (t) => {
  const { clock, callbacks, bodies, events, ends, answers, proven } = callbackServer()
  t.equal(callbacks.recall(subject, ask), 'new')
  t.ok(callbacks.accept(subject, ask, proven))
  await clock.advance(0)
  t.same(events, ['answer noted', 'sent', 'delivery on disk: delivered'])
  t.same(bodies, [proof])
  t.match(answers, [{ subject, ask, body: proof, provenAt: /Z$/ }])
  t.match(ends, [{ subject, ask, end: 'delivered', attempts: 1 }])
  t.equal(callbacks.recall(subject, ask), 'new', 'and then the task is over')
})

test('a task is known until its answer was taken or written off', async (t) => {
  const { clock, callbacks, proven } = callbackServer({
    attempt: (_body, count) =>
      count < 3 ? { kind: 'answered', status: 500 } : { kind: 'answered', status: 200 },
  })
  let release = (): void => undefined
  const held = async (): Promise<AnswerBody> => {
    await new Promise<void>((resolve) => {
      release = resolve
    })
    return await proven()
  }
  t.ok(callbacks.accept(subject, ask, held))
  t.equal(callbacks.recall(fenceRequest({}, { fenceId: 'other' }), ask), 'same', 'in its fence')
  const otherVm = fenceRequest({}, { vm: vmUuid('f'.repeat(32)) })
  const otherHost = fenceRequest({ addresses: [hostAddress('192.0.2.9')] })
  t.equal(callbacks.recall(otherVm, ask), 'other', 'another VM is not answered with this one')
  t.equal(callbacks.recall(otherHost, ask), 'other')
  t.equal(callbacks.recall(subject, { ...ask, task: 't-2' }), 'new')
  t.equal(callbacks.recall(subject, { ...ask, url: `${ask.url}2` }), 'new')
  await turn()
  release()
  await clock.advance(600)
  t.equal(callbacks.recall(subject, ask), 'same', 'and while it is offered')
  t.equal(callbacks.waiting(), 1)
  await clock.advance(2_000)
  t.equal(callbacks.recall(subject, ask), 'new')
  t.equal(callbacks.waiting(), 0)
})

test('so many at the same time, and no more', async (t) => {
  const { clock, callbacks, proven } = callbackServer({ attempt: () => 'hangs', waitingMax: 4 })
  t.ok(callbacks.accept(subject, { ...ask, task: '1' }, proven))
  t.ok(callbacks.accept(subject, { ...ask, task: '2' }, proven))
  let isStarted = false
  const third = async (): Promise<AnswerBody> => {
    isStarted = true
    return await proven()
  }
  t.notOk(callbacks.accept(subject, { ...ask, task: '3' }, third))
  await clock.advance(600_000)
  t.notOk(isStarted)
  t.ok(callbacks.accept(subject, { ...ask, task: '3' }, third), 'those were written off')
})

test('a caller that is gone leaves half of the places to others', async (t) => {
  const { callbacks, proven } = callbackServer({ attempt: () => 'hangs', waitingMax: 4 })
  const other = 'http://10.0.0.2:8080/callback'
  for (const task of ['1', '2']) t.ok(callbacks.accept(subject, { ...ask, task }, proven))
  t.notOk(callbacks.accept(subject, { ...ask, task: '3' }, proven))
  for (const task of ['3', '4']) t.ok(callbacks.accept(subject, { task, url: other }, proven))
  t.notOk(
    callbacks.accept(subject, { task: '5', url: 'http://10.0.0.3/' }, proven),
    'nor beyond all',
  )
})

test('no refusal takes the place of a proof whose line is late: the next agent might find it', async (t) => {
  const rows: readonly (readonly [string, CallbackJournal['answer']])[] = [
    ['a disk that fails', async () => await Promise.reject(new Error('EIO'))],
    ['a disk that hangs', async () => await new Promise<never>(() => undefined)],
  ]
  for (const [title, answer] of rows) {
    const { clock, callbacks, bodies, ends, troubles, answers, proven } = callbackServer({
      journal: { answer },
    })
    callbacks.accept(subject, ask, proven)
    await clock.advance(5_000)
    t.same(bodies, [proof], `${title}: the verdict is on disk, so that the proof may leave`)
    t.match(ends, [{ end: 'delivered' }], title)
    t.match(troubles, [/^fence-1: the journal did not take the record of an answer/], title)
    t.match(answers, [{ body: proof }], `${title}: and nothing is written after it`)
  }
})

test('a refusal needs no disk', async (t) => {
  const { clock, callbacks, bodies } = callbackServer({
    journal: { answer: async () => await Promise.reject(new Error('EIO')) },
  })
  callbacks.accept(subject, ask, async () => await Promise.resolve({ body: '{"success":false}' }))
  await clock.advance(0)
  t.same(bodies, ['{"success":false}'])
})

test('work that fails is answered with a refusal', async (t) => {
  const rows: readonly (readonly [string, () => Promise<AnswerBody>])[] = [
    ['a rejection', async () => await Promise.reject(new Error('planted'))],
    [
      'a throw before the promise',
      () => {
        throw new Error('planted')
      },
    ],
  ]
  for (const [title, work] of rows) {
    const { clock, callbacks, bodies, troubles } = callbackServer()
    callbacks.accept(subject, ask, work)
    await clock.advance(0)
    t.equal(bodies.length, 1, title)
    t.match(
      JSON.parse(bodies[0] ?? ''),
      { success: false, reason: 'internal-error', agentId },
      title,
    )
    t.match(troubles, [/an answer could not be made; refused: Error: planted/], title)
  }
})

test('a bug in the delivery is told, and gives the place free', async (t) => {
  const { clock, callbacks, troubles, proven } = callbackServer({
    attempt: () => {
      throw new Error('planted')
    },
  })
  callbacks.accept(subject, ask, proven)
  await clock.advance(0)
  t.match(troubles, [/the delivery of an answer ended by a bug: Error: planted/])
  t.equal(callbacks.recall(subject, ask), 'new')
})

test('an end that is not on disk is told, and nothing else', async (t) => {
  const { clock, callbacks, ends, troubles, proven } = callbackServer({
    journal: { delivery: async () => await Promise.reject(new Error('EIO')) },
  })
  callbacks.accept(subject, ask, proven)
  await clock.advance(0)
  t.match(ends, [{ end: 'delivered' }])
  t.match(troubles, [/EIO/])
})

const at = (ms: number): string => new Date(ms).toISOString()
/** Where the simulated time begins. */
const nowMs = 1_000_000

const leftover = (part: Partial<LeftAnswer>): LeftAnswer => ({
  subject,
  ask,
  at: at(nowMs),
  ...part,
})

test('what an agent before us left is delivered, each as it may be', async (t) => {
  const rows: readonly (readonly [string, Partial<LeftAnswer>, unknown, DeliveryEnd['end']])[] = [
    ['a refusal', { answer: { body: refusal } }, 'contact-lost', 'delivered'],
    ['a proof that is called a refusal', { answer: { body: proof } }, 'interrupted', 'delivered'],
    ['a body of no sense', { answer: { body: '[' } }, 'interrupted', 'delivered'],
    [
      'a proof about another VM',
      {
        subject: { ...subject, vm: vmUuid('f'.repeat(32)) },
        answer: { body: proof, provenAt: at(nowMs) },
      },
      'interrupted',
      'delivered',
    ],
    [
      'a proof that is young',
      { answer: { body: proof, provenAt: at(nowMs - 59_999) } },
      'destroyed',
      'delivered',
    ],
    [
      'a proof that is old',
      { answer: { body: proof, provenAt: at(nowMs - 60_000) } },
      'verdict-expired',
      'delivered',
    ],
    [
      'a proof from the future',
      { answer: { body: proof, provenAt: at(nowMs + 1) } },
      'verdict-expired',
      'delivered',
    ],
    [
      'a proof without a time',
      { answer: { body: proof, provenAt: '' } },
      'verdict-expired',
      'delivered',
    ],
    ['an intent alone', {}, 'interrupted', 'delivered'],
    ['one of a time that cannot be read', { at: 'x' }, 'interrupted', 'delivered'],
    ['one from the future', { at: at(nowMs + 1e6) }, 'interrupted', 'delivered'],
    ['one of ten minutes ago', { at: at(nowMs - 600_000) }, undefined, 'written-off'],
    ['a url that is none', { ask: { task: 't', url: 'x' } }, undefined, 'written-off'],
    [
      'a url that may never be reached',
      { ask: { task: 't', url: 'http://169.254.169.254/' } },
      undefined,
      'written-off',
    ],
  ]
  for (const [title, part, expected, end] of rows) {
    const one = leftover(part)
    const { clock, callbacks, bodies, ends, events } = callbackServer({ left: [one] })
    t.equal(callbacks.recall(one.subject, one.ask), 'same', `${title}: known from the start`)
    t.equal(bodies.length, 0, `${title}: nothing is sent before it is told to`)
    t.equal(callbacks.resume(), 1)
    await clock.advance(0)
    t.same(bodies.map(reason), expected === undefined ? [] : [expected], title)
    t.match(ends, [{ end }], title)
    t.equal(events.at(-1), `delivery on disk: ${end}`, title)
    t.equal(
      events.includes('answer noted'),
      expected === 'interrupted' || expected === undefined,
      title,
    )
    t.equal(callbacks.recall(subject, one.ask), 'new', title)
  }
})

test('the time of what was left counts from when it came to be', async (t) => {
  const left = [leftover({ at: at(nowMs - 590_000), answer: { body: refusal } })]
  const { clock, callbacks, ends } = callbackServer({
    left,
    attempt: () => ({ kind: 'answered', status: 500 }),
  })
  callbacks.resume()
  await clock.advance(10_000)
  t.match(ends, [{ end: 'written-off', ms: 10_000, attempts: 5 }])
})

test('stopping lets answers leave for a while, and leaves the rest', async (t) => {
  const { clock, callbacks, events, proven } = callbackServer({
    attempt: (_body, count) => (count === 1 ? { kind: 'answered', status: 200 } : 'hangs'),
  })
  callbacks.accept(subject, { ...ask, task: '1' }, proven)
  callbacks.accept(subject, { ...ask, task: '2' }, proven)
  const stopped = callbacks.stop(3_000)
  await clock.advance(2_999)
  t.same(
    events.filter((event) => event.startsWith('delivery')),
    ['delivery on disk: delivered'],
  )
  await clock.advance(1)
  t.equal(await stopped, 1)
  t.equal(events.filter((event) => event.startsWith('delivery')).length, 1)
  const idle = callbackServer()
  t.equal(await idle.callbacks.stop(3_000), 0, 'with nothing on its way it takes no time')
})
