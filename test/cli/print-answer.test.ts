import { test } from 'tap'
import { answerLines, exitCodeOf, plain, withoutVerdict } from '../../agent/cli/print-answer.ts'
import type { PeerOutcome } from '../../agent/client/ask-peers.ts'

const answer = {
  verdict: 'v',
  reason: 'r',
  summary: 'S.',
  nextStep: 'N.',
  explanation: ['one', 'two'],
  fenceId: 'f',
  durationMs: 7,
  body: {},
}
const door = { kind: 'turned-away', status: 403, code: 'C', error: 'no', isOfPeer: false } as const

/** Every way in which asking can end. */
const rows: readonly (readonly [PeerOutcome['outcome'], number, RegExp | undefined])[] = [
  [{ kind: 'confirmed-dead', answer }, 0, undefined],
  [{ kind: 'unreachable', answer }, 3, undefined],
  [{ kind: 'refused', answer }, 2, undefined],
  [{ kind: 'unclear', because: 'odd' }, 2, /cannot be believed: odd/],
  [door, 4, /turned away \(403\), nothing was done: no/],
  [{ kind: 'no-such-path' }, 4, /older agent/],
  [{ kind: 'unanswered', because: 'gone' }, 69, /no answer: gone/],
]

test('0 is a proof of death and nothing else, and silence has a code of its own', async (t) => {
  for (const [outcome, code, words] of rows) {
    t.equal(exitCodeOf(outcome), code, outcome.kind)
    if (words === undefined) t.equal(withoutVerdict(outcome), undefined, outcome.kind)
    else t.match(withoutVerdict(outcome), words, outcome.kind)
  }
  t.equal(rows.filter(([outcome]) => exitCodeOf(outcome) === 0).length, 1)
  t.equal(rows.filter(([outcome]) => exitCodeOf(outcome) === 3).length, 1)
})

test('a refusal tells what was killed, as far as the agent says it', async (t) => {
  const paint = (text: string) => text
  const rows: readonly (readonly [unknown, string | undefined])[] = [
    [{ is: 'yes', pids: [84, 85] }, 'killed: qemu 84, 85'],
    [{ is: 'yes', pids: 'odd' }, 'killed: qemu '],
    [{ is: 'not-known', pids: [] }, 'killed: not known, the host was lost before it said so'],
    [{ is: 'no', pids: [] }, undefined],
    [undefined, undefined],
    ['odd', undefined],
  ]
  for (const [killed, line] of rows) {
    const lines = answerLines('refused', { ...answer, body: { killed } }, false, paint)
    t.equal(
      lines.find((one) => one.startsWith('killed')),
      line,
    )
  }
  const dead = answerLines(
    'confirmed-dead',
    { ...answer, body: { killed: rows[0]?.[0] } },
    false,
    paint,
  )
  t.notMatch(dead.join(), /killed/)
})

test('an answer as lines, with colour where it is painted', async (t) => {
  const paint = (text: string, colour: string) => `<${colour} ${text}>`
  t.same(answerLines('refused', answer, false, paint), [
    '<red v> r',
    'S.',
    'next: N.',
    '<dim fence f, 7 ms>',
  ])
  const dead = { ...answer, nextStep: '', explanation: [] }
  t.same(answerLines('confirmed-dead', dead, true, paint), [
    '<green v> r',
    'S.',
    '<dim fence f, 7 ms>',
  ])
  t.same(answerLines('unreachable', answer, true, paint), ['<yellow v> r', 'one', 'two'])
})

test('nothing of a peer moves the cursor', async (t) => {
  t.equal(plain('a\u001b[2J\r\nb'), 'a?[2J??b')
  const evil = { ...answer, verdict: '\u001b]0;x\u0007', explanation: ['\u001b[2J'] }
  t.match(answerLines('refused', evil, true, (text) => text).join(''), /^[\x20-\x7e]*$/)
})
