import { test } from 'tap'
import { explainedReply } from '../../../agent/contract/reply/explain.ts'
import { fenceReply } from '../../../agent/contract/reply/fence-reply.ts'
import { confirmedDead, doubt, doubts, unreachable } from '../../../agent/domain/verdict.ts'
import type { Verdict } from '../../../agent/domain/verdict.ts'
import { passedOn, silent, someNeighbour } from '../../fixtures/values/evidence.ts'
import { agentId, fenceRecord, fenceRequest, vmHex } from '../../fixtures/values/fence-records.ts'

test('the explanation comes beside the same reply, in the order of events', async (t) => {
  const record = fenceRecord({
    trail: {
      address: '192.0.2.7',
      phases: [
        { phase: 'connect', ms: 1 },
        { phase: 'run', ms: 40 },
      ],
      detail: 'report complete',
      earlier: [{ because: 'connection-dropped', detail: 'closed', ms: 12 }],
    },
  })
  const { explanation, ...reply } = explainedReply(record, agentId)
  t.strictSame(reply, fenceReply(record, agentId))
  t.match(
    explanation[0],
    `2026-11-22T00:00:00.000Z fence fence-1: mn-1 asks for VM ${vmHex} on 192.0.2.7, within 20 s`,
  )
  t.equal(explanation[1], 'contact 1, 12 ms: connection-dropped: closed')
  t.equal(explanation[2], 'contact 2 at 192.0.2.7, connect 1 ms, run 40 ms: report complete')
  t.same(explanation.slice(-2), [
    'after 412 ms: qemuConfirmedDead, destroyed: The qemu of the VM was found, killed, and every task of it is gone.',
    'HA may start the VM elsewhere',
  ])
})

test('silence says whose risk it is, and every refusal says that it is one', async (t) => {
  const evidence = silent()
  const quiet = { address: '', phases: [], detail: '' }
  const lines = explainedReply(
    fenceRecord({ verdict: unreachable('every-address-silent'), evidence, trail: quiet }),
    agentId,
  ).explanation
  t.equal(lines[1], 'contact 1')
  t.equal(lines.at(-1), 'HA may start the VM elsewhere, if it accepts this risk')
  for (const because of doubts) {
    const refusal = explainedReply(fenceRecord({ verdict: doubt(because) }), agentId).explanation
    t.match(refusal.at(-2), /^HA refuses/, because)
    t.match(refusal.at(-1), /^next: [A-Z]/, because)
    t.notMatch(refusal.join('\n'), /may start/, because)
  }
})

test('a verdict that the types forbid is explained as the refusal that it becomes', async (t) => {
  const verdict = { kind: 'confirmed-dead', because: 'deadline-passed' } as unknown as Verdict
  const { explanation } = explainedReply(fenceRecord({ verdict }), agentId)
  t.match(explanation.at(-2), /^HA refuses/)
  t.match(explanation.join('\n'), /qemuStillAlive, internal-error/)
})

test('no secret and no control character gets into it', async (t) => {
  const request = fenceRequest({}, { askedBy: 'CN=\u001b[31mmn' })
  const text = explainedReply(
    fenceRecord({ request, verdict: confirmedDead('destroyed') }),
    agentId,
  ).explanation.join('\n')
  t.match(text, /^[\x20-\x7e\n]*$/)
})

test('each neighbour that was asked has its line, behind the contact', async (t) => {
  const untold = { ...someNeighbour, agentId: '', fenceId: '', because: 'no answer' }
  const trail = { address: '', phases: [], detail: '', neighbours: [someNeighbour, untold] }
  const { explanation } = explainedReply(fenceRecord({ evidence: passedOn(), trail }), agentId)
  t.same(explanation.slice(2, 4), [
    'asked https://kvm-2:7171 (agent 7c9e6679-7425-40de-944b-e07fc1f90ae7, fence c0ffee00c0ffee00c0ffee00c0ffee00) to fence in our place, 12 ms: words: every-address-silent',
    'asked https://kvm-2:7171 to fence in our place, 12 ms: words: no answer',
  ])
})
