import { test } from 'tap'
import type { Evidence, QuarantineState } from '../../../agent/domain/evidence.ts'
import { judgeAnswer } from '../../../agent/client/judge-answer.ts'
import { unfenceReply } from '../../../agent/contract/reply/unfence-reply.ts'
import { doubts } from '../../../agent/domain/verdict.ts'
import { reported, silent } from '../../fixtures/values/evidence.ts'
import { lookEvidence, lookRecord, vmHex } from '../../fixtures/values/fence-records.ts'

const after = (state: QuarantineState['state']): Evidence =>
  lookEvidence({ quarantine: { state, policy: 'optional' } })

const everything: readonly Evidence[] = [
  ...(['lifted', 'not-set', 'not-writable', 'set', 'proven'] as const).map(after),
  // What would be a proof in a fence.
  reported(),
  silent(),
  { kind: 'out-of-time' },
  ...doubts.map((because) => ({ kind: 'refusal', because }) as const),
]

test('whatever came of it, the reply is no answer of a fence, and names none of its verdicts', async (t) => {
  const asked = { vmUuid: vmHex, targetHostIp: '192.0.2.7' }
  for (const evidence of everything) {
    const reply = unfenceReply(lookRecord({ evidence }), true)
    const text = JSON.stringify(reply)
    t.equal(reply.success, false)
    t.notMatch(text, /qemuConfirmedDead|targetHostUnreachable|qemuStillAlive|verdict"/)
    t.match(judgeAnswer(asked, 200, text), { kind: 'unclear' }, 'who takes it for one refuses')
    t.match(reply.summary, /\.$/)
    t.match(reply.nextStep, /\.$/)
  }
})

test('the words of each', async (t) => {
  const reply = (evidence: Evidence, isExplained = false) =>
    unfenceReply(lookRecord({ evidence }), isExplained)
  t.match(reply(after('lifted')), {
    quarantine: 'lifted',
    reason: '',
    nextStep: /runs nowhere else/,
    vmUuid: vmHex,
    targetHostUuid: 'host-7',
    targetHostIp: '192.0.2.7',
    durationMs: 40,
    evidence: { kind: 'report' },
  })
  t.notOk('explanation' in reply(after('lifted')))
  t.match(reply(after('not-set'), true), { quarantine: 'not-set', explanation: [/contact 1/] })
  t.match(reply(after('not-writable')), {
    quarantine: 'cannot-tell',
    reason: 'lift-not-written',
    nextStep: /^On the host, rm /,
  })
  t.match(reply({ kind: 'refusal', because: 'sudo-refused' }), {
    quarantine: 'cannot-tell',
    reason: 'sudo-refused',
    nextStep: /Grant the user sudo/,
  })
})
