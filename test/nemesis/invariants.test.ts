/** Histories that were made up: each breaks one promise, and the nemesis has to say so. */
import { test } from 'tap'
import type { AtAnswer, FenceSeen, LivingQemu, RoundHistory } from './history.ts'
import { findViolations, readVerdict } from './invariants.ts'
import type { Invariant } from './invariants.ts'

const vm = '11111111-2222-3333-4444-555555555555'
const fenceId = 'f1'

const deadBody = {
  success: true,
  qemuConfirmedDead: true,
  qemuStillAlive: false,
  targetHostUnreachable: false,
  verdict: 'qemuConfirmedDead',
  reason: 'destroyed',
  fenceId,
}
const unreachableBody = {
  ...deadBody,
  qemuConfirmedDead: false,
  targetHostUnreachable: true,
  verdict: 'targetHostUnreachable',
  reason: 'every-address-silent',
}
const refusedBody = {
  ...deadBody,
  success: false,
  qemuConfirmedDead: false,
  qemuStillAlive: true,
  verdict: 'qemuStillAlive',
  reason: 'unkillable',
  error: 'not proven dead',
}

const intent = {
  type: 'intent',
  fenceId,
  requestId: 'r1',
  verdict: 'undefined',
  reason: 'undefined',
}
const outcome = (verdict: string) => ({ ...intent, type: 'outcome', verdict })

const atAnswer = (part: Partial<AtAnswer> = {}): AtAnswer => ({
  living: [],
  counters: [7],
  journal: [intent, outcome('qemuConfirmedDead')],
  lastHeardMs: {},
  suspectAddresses: ['10.77.0.11', 'fd77::11'],
  witnessAddress: '10.77.0.12',
  ...part,
})

const fence = (part: Partial<FenceSeen> = {}): FenceSeen => ({
  vm,
  requestId: 'r1',
  faults: ['none'],
  recoverable: true,
  sentMs: 10_000,
  endedMs: 11_000,
  budgetMs: 5_000,
  lagMs: 0,
  answer: { status: 200, body: deadBody },
  agentKilled: false,
  atAnswer: atAnswer(),
  ...part,
})

const history = (part: Partial<RoundHistory> = {}): RoundHistory => ({
  fences: [fence()],
  sightings: [{ vm, atMs: 15_000, living: [], counters: [7] }],
  bystanders: [{ name: 'the guest', isAlive: true }],
  journal: [intent, outcome('qemuConfirmedDead')],
  ...part,
})

const qemu = (startedMs: number): LivingQemu => ({ pid: 42, startedMs, tasks: ['43 D'] })
const dead = (part: Partial<AtAnswer>): RoundHistory =>
  history({ fences: [fence({ atAnswer: atAnswer(part) })] })
const answered = (body: object, status = 200): RoundHistory =>
  history({ fences: [fence({ answer: { status, body: { ...body } } })] })
const journalFailed = history({
  fences: [
    fence({
      answer: { status: 200, body: { ...refusedBody, reason: 'journal-failed' } },
      atAnswer: atAnswer({ journal: [] }),
    }),
  ],
  journal: [
    intent,
    outcome('qemuConfirmedDead'),
    { ...outcome('qemuStillAlive'), reason: 'journal-failed' },
  ],
})
const later = (living: readonly LivingQemu[], counters: readonly number[]): RoundHistory =>
  history({ sightings: [{ vm, atMs: 15_000, living, counters }] })
const restarted = (startedMs: number, faults: FenceSeen['faults']): RoundHistory =>
  history({
    fences: [fence({ faults })],
    sightings: [{ vm, atMs: 15_000, living: [qemu(startedMs)], counters: [9] }],
  })
const unreachable = (
  lastHeardMs: Readonly<Record<string, number>>,
  part: Partial<FenceSeen> = {},
): RoundHistory =>
  history({
    fences: [
      fence({
        endedMs: 14_800,
        ...part,
        answer: { status: 200, body: unreachableBody },
        atAnswer: atAnswer({
          lastHeardMs,
          living: [qemu(1_000)],
          journal: [intent, outcome('targetHostUnreachable')],
        }),
      }),
    ],
  })
const refused = history({
  fences: [
    fence({
      answer: { status: 200, body: refusedBody },
      atAnswer: atAnswer({
        living: [qemu(1_000)],
        journal: [intent, outcome('qemuStillAlive')],
      }),
    }),
  ],
})
const unanswered = (agentKilled: boolean): RoundHistory =>
  history({ fences: [fence({ answer: undefined, agentKilled })] })

const kept: readonly (readonly [string, RoundHistory])[] = [
  ['a VM that is dead and stays dead', history()],
  ['a refusal while the VM lives', refused],
  ['silence, and the witness answers', unreachable({ '10.77.0.12': 10_500, '10.77.0.11': 9_000 })],
  [
    'silence, and the last packet came before the request had become one',
    unreachable({ '10.77.0.12': 10_500, '10.77.0.11': 10_100 }),
  ],
  ['a VM that is started again long after the verdict', restarted(12_000, ['none'])],
  [
    'a VM that the respawner started after the last look, a moment before the answer',
    restarted(10_900, ['respawner']),
  ],
  ['no answer from an agent that was killed', unanswered(true)],
  ['a journal that came too late, and a refusal that says so', journalFailed],
  [
    'an answer that was late because nobody got the processor',
    history({ fences: [fence({ endedMs: 19_000, lagMs: 300 })], sightings: [] }),
  ],
]

const broken: readonly (readonly [string, RoundHistory, Invariant, RegExp])[] = [
  ['a task lives at the answer', dead({ living: [qemu(1_000)] }), 'dead-is-dead', /43 D/],
  ['a task is found later', later([qemu(1_000)], [7]), 'dead-is-dead', /4000 ms after/],
  ['a write lands later', later([], [8]), 'dead-is-dead', /from 7 to 8/],
  [
    'one of two disks moves',
    history({
      fences: [fence({ atAnswer: atAnswer({ counters: [7, 3] }) })],
      sightings: [{ vm, atMs: 15_000, living: [], counters: [7, 4] }],
    }),
    'dead-is-dead',
    /7,3 to 7,4/,
  ],
  ['a qemu came back before the answer', restarted(10_900, ['none']), 'dead-is-dead', /pid 42/],
  [
    'a qemu came back during the hold, restarted by the host',
    restarted(10_500, ['respawner']),
    'dead-is-dead',
    /pid 42/,
  ],
  [
    'the suspect was heard within the fence',
    unreachable({ '10.77.0.12': 10_500, '10.77.0.11': 10_400 }),
    'silent-is-silent',
    /10\.77\.0\.11 was heard 4400 ms before/,
  ],
  [
    'the suspect was heard within the time of silence, and the observer was starved',
    unreachable({ '10.77.0.12': 10_500, '10.77.0.11': 10_900 }, { lagMs: 9_000 }),
    'silent-is-silent',
    /3900 ms before/,
  ],
  [
    'another address of the suspect was heard',
    unreachable({ '10.77.0.12': 10_500, 'fd77::11': 10_900 }),
    'silent-is-silent',
    /fd77::11/,
  ],
  [
    'no witness was heard within the fence',
    unreachable({ '10.77.0.12': 9_999 }),
    'silent-is-silent',
    /no witness/,
  ],
  [
    'two verdicts at once',
    answered({ ...deadBody, qemuStillAlive: true }),
    'one-verdict',
    /status 200/,
  ],
  ['no verdict', answered({ ...deadBody, qemuConfirmedDead: false }), 'one-verdict', /status/],
  [
    'a verdict that is missing instead of false',
    answered({ ...deadBody, targetHostUnreachable: undefined }),
    'one-verdict',
    /status/,
  ],
  [
    'success beside a refusal',
    answered({ ...refusedBody, success: true }),
    'one-verdict',
    /status 200/,
  ],
  ['a refusal without an error', answered({ ...refusedBody, error: 0 }), 'one-verdict', /status/],
  ['another word than the flag', answered({ ...deadBody, verdict: 'x' }), 'one-verdict', /status/],
  ['an error of the server', answered(deadBody, 500), 'one-verdict', /status 500/],
  ['no answer from an agent that lives', unanswered(false), 'answered', /no answer/],
  [
    'an answer after its budget',
    history({ fences: [fence({ endedMs: 15_501 })] }),
    'in-budget',
    /5501 of 5000 ms/,
  ],
  ['an answer before its outcome', dead({ journal: [intent] }), 'journalled', /at the answer/],
  [
    'an outcome without an intent',
    dead({ journal: [outcome('qemuConfirmedDead')] }),
    'journalled',
    /at the answer/,
  ],
  [
    'another verdict on disk than in the answer',
    dead({ journal: [intent, outcome('qemuStillAlive')] }),
    'journalled',
    /at the answer/,
  ],
  [
    'another fence on disk than in the answer',
    dead({
      journal: [intent, outcome('qemuConfirmedDead')].map((one) => ({ ...one, fenceId: 'x' })),
    }),
    'journalled',
    /at the answer/,
  ],
  [
    'an intent of a killed agent that nobody closed',
    history({ journal: [intent, outcome('qemuStillAlive'), { ...intent, fenceId: 'f2' }] }),
    'journalled',
    /f2 has the records intent/,
  ],
  [
    'two outcomes of one intent',
    history({ journal: [intent, outcome('qemuStillAlive'), outcome('qemuConfirmedDead')] }),
    'journalled',
    /intent,outcome,outcome/,
  ],
  [
    'a bystander died',
    history({ bystanders: [{ name: 'the guest', isAlive: false }] }),
    'bystanders-live',
    /the guest died/,
  ],
]

test('what may happen', async (t) => {
  for (const [sentence, made] of kept) t.same(findViolations(made), [], sentence)
})

test('what must not happen', async (t) => {
  for (const [sentence, made, invariant, text] of broken) {
    const found = findViolations(made)
    t.ok(
      found.some((one) => one.invariant === invariant && text.test(one.text)),
      sentence,
      { found },
    )
    t.same([...new Set(found.map((one) => one.invariant))], [invariant], `${sentence}, no more`)
  }
})

test('a wrong word is unsafe, a late one is not', async (t) => {
  const unsafe = broken.filter(([, made]) => findViolations(made).some((one) => one.unsafe))
  t.same(
    [...new Set(unsafe.map(([, , invariant]) => invariant))],
    ['dead-is-dead', 'silent-is-silent', 'one-verdict', 'bystanders-live'],
  )
})

test('the verdict is what every kind of caller reads', async (t) => {
  t.equal(readVerdict({ status: 200, body: deadBody }), 'qemuConfirmedDead')
  t.equal(readVerdict({ status: 200, body: unreachableBody }), 'targetHostUnreachable')
  t.equal(readVerdict({ status: 200, body: refusedBody }), 'qemuStillAlive')
})
