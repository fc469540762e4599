import { test } from 'tap'
import { exitCodes } from '../../../agent/cli/exit-code.ts'
import { lookExitCode, lookLines } from '../../../agent/cli/status/print-look.ts'
import type { SaidOfLook } from '../../../agent/cli/status/print-look.ts'

const reply = {
  pids: [],
  reason: '',
  summary: 'S.',
  nextStep: 'N.',
  explanation: ['one'],
  durationMs: 7,
  body: {},
}
const door = { kind: 'turned-away', status: 403, code: 'C', error: 'no', isOfPeer: false } as const

const rows: readonly (readonly [SaidOfLook, number])[] = [
  [{ kind: 'runs', reply }, 10],
  [{ kind: 'not-seen', reply }, 11],
  [{ kind: 'cannot-tell', reply }, 12],
  [{ kind: 'unclear', because: 'odd' }, 12],
  [door, 4],
  [{ kind: 'no-such-path' }, 4],
  [{ kind: 'unanswered', because: 'gone' }, 69],
]

test('no end of a look is 0, nor any code that lets somebody start the VM after a fence', async (t) => {
  for (const [said, code] of rows) {
    t.equal(lookExitCode(said), code, said.kind)
    t.not(lookExitCode(said), exitCodes.done)
    t.not(lookExitCode(said), exitCodes.unreachable)
  }
})

test('what was seen, in lines', async (t) => {
  const paint = (text: string, colour: string) => `<${colour} ${text}>`
  const last = '<dim a look of 7 ms; no verdict, and no proof>'
  t.same(lookLines('runs', { ...reply, pids: [7, 8] }, true, paint), [
    '<yellow runs (pid 7, 8)>',
    'S.',
    'one',
    'next: N.',
    last,
  ])
  t.same(lookLines('not-seen', reply, false, paint), ['<yellow not seen>', 'S.', 'next: N.', last])
  const blind = { ...reply, reason: 'sudo\u001b' }
  t.equal(lookLines('cannot-tell', blind, false, paint)[0], '<yellow cannot tell: sudo?>')
})
