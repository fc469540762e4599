import { test } from 'tap'
import type { Evidence } from '../../../agent/domain/evidence.ts'
import { judgeAnswer } from '../../../agent/client/judge-answer.ts'
import { lookReply } from '../../../agent/contract/reply/look-reply.ts'
import { doubts } from '../../../agent/domain/verdict.ts'
import { cleanReport, livingQemu, reported, silent } from '../../fixtures/values/evidence.ts'
import { lookEvidence, lookRecord, vmHex } from '../../fixtures/values/fence-records.ts'

const runs = lookEvidence({ qemus: [{ ...livingQemu(), kill: 'not-sent' }] })

const everything: readonly Evidence[] = [
  runs,
  lookEvidence(),
  lookEvidence({ virsh: 'running' }),
  lookEvidence({ view: { ...cleanReport.view, processes: 'hidden' } }),
  // What would be a proof in a fence.
  reported(),
  silent(),
  silent({ witnesses: [] }),
  { kind: 'out-of-time' },
  ...doubts.map((because) => ({ kind: 'refusal', because }) as const),
  ...doubts.map((because) => ({ kind: 'own-trouble', because }) as const),
]

test('whatever was seen, the reply is no answer of a fence, and names none of its verdicts', async (t) => {
  const asked = { vmUuid: vmHex, targetHostIp: '192.0.2.7' }
  for (const evidence of everything) {
    const reply = lookReply(lookRecord({ evidence }), true)
    const text = JSON.stringify(reply)
    t.equal(reply.success, false)
    t.notMatch(text, /qemuConfirmedDead|targetHostUnreachable|qemuStillAlive|verdict"/)
    t.match(judgeAnswer(asked, 200, text), { kind: 'unclear' }, 'who takes it for one refuses')
    t.match(reply.summary, /\.$/)
    t.match(reply.nextStep, /\.$/)
  }
})

test('the words of each', async (t) => {
  t.match(lookReply(lookRecord({ evidence: runs }), false), {
    seen: 'runs',
    pids: [84],
    reason: '',
    summary: /runs on the host/,
    vmUuid: vmHex,
    targetHostUuid: 'host-7',
    targetHostIp: '192.0.2.7',
    durationMs: 40,
    evidence: { kind: 'report' },
  })
  const nothing = lookReply(lookRecord(), false)
  t.match(nothing, { seen: 'not-seen', pids: [], reason: '', summary: /no proof/ })
  t.notOk('explanation' in nothing)
  t.match(lookReply(lookRecord({ evidence: silent() }), true), {
    seen: 'cannot-tell',
    reason: 'host-silent',
    nextStep: /power/,
    explanation: [/contact 1 at 192\.0\.2\.7/, /TCP silent/, /witness/],
  })
  const refused = { kind: 'refusal', because: 'sudo-refused' } as const
  t.match(lookReply(lookRecord({ evidence: refused }), false), {
    seen: 'cannot-tell',
    reason: 'sudo-refused',
    nextStep: /Grant the user sudo/,
  })
})
