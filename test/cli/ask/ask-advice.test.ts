import { test } from 'tap'
import { adviceLine, askExitCode, outcomeLine } from '../../../agent/cli/ask/ask-advice.ts'
import type { Advised, Refusing } from '../../../agent/client/ask-peers.ts'

const answer = {
  verdict: 'v',
  reason: 'r',
  summary: '',
  nextStep: '',
  explanation: [],
  fenceId: '',
  durationMs: 0,
  body: {},
}
const refusals: Readonly<Record<Refusing, number>> = {
  refused: 2,
  unclear: 2,
  'turned-away': 4,
  'quorum-missing': 5,
  'nobody-answered': 69,
}

test('only a proof of death is 0, only enough silence is 3, and every refusal says DO NOT', async (t) => {
  const dead: Advised = { kind: 'start', answer, heard: [] }
  t.equal(askExitCode(dead), 0)
  t.match(adviceLine(dead), /^You may start the VM elsewhere\.$/)
  const risk: Advised = { kind: 'start-at-risk', answer, heard: [] }
  t.equal(askExitCode(risk), 3)
  t.match(adviceLine(risk), /if you accept the risk/)
  for (const [why, code] of Object.entries(refusals)) {
    const refusal: Advised = { kind: 'refuse', why: why as Refusing, heard: [] }
    t.equal(askExitCode(refusal), code, why)
    t.match(adviceLine(refusal), /^Do NOT start the VM elsewhere: /, why)
    t.notMatch(adviceLine(refusal), /[Yy]ou may/, why)
  }
})

test('what each peer said is one line', async (t) => {
  const peer = {
    name: 'kvm-2:7171',
    domain: undefined,
    at: { kind: 'tcp', isTls: false, host: 'kvm-2', port: 7171 },
  } as const
  t.equal(outcomeLine({ peer, outcome: { kind: 'refused', answer } }), 'kvm-2:7171: v, r')
  t.equal(
    outcomeLine({
      peer: { ...peer, domain: 'a' },
      outcome: { kind: 'unanswered', because: 'x\u001b' },
    }),
    'kvm-2:7171 (a): no answer: x?',
  )
  const silent = { peer, outcome: { kind: 'unreachable', answer } } as const
  t.equal(
    outcomeLine({ ...silent, voter: { kind: 'told', agentId: 'a-1' } }),
    'kvm-2:7171: v, r, agent a-1',
  )
  t.match(outcomeLine({ ...silent, voter: { kind: 'untold' } }), /v, r, by its address/)
  t.match(outcomeLine({ ...silent, voter: { kind: 'unknown' } }), /v, r, which does not count: /)
})
