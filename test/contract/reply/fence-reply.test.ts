import * as fc from 'fast-check'
import { test } from 'tap'
import { bugReply, fenceReply } from '../../../agent/contract/reply/fence-reply.ts'
import type { FenceReply } from '../../../agent/contract/reply/fence-reply.ts'
import {
  confirmedDead,
  deathProofs,
  doubt,
  doubts,
  silenceProofs,
  unreachable,
} from '../../../agent/domain/verdict.ts'
import type { Verdict } from '../../../agent/domain/verdict.ts'
import { passedOn, someNeighbour } from '../../fixtures/values/evidence.ts'
import { Secret } from '../../../agent/base/text/secret.ts'
import { agentId, fenceRecord, fenceRequest, vmHex } from '../../fixtures/values/fence-records.ts'

const flags = (reply: FenceReply): readonly boolean[] => [
  reply.success,
  reply.qemuConfirmedDead,
  reply.qemuStillAlive,
  reply.targetHostUnreachable,
]

test('each verdict sets its own boolean, and success only where HA may proceed', async (t) => {
  for (const because of deathProofs) {
    const reply = fenceReply(fenceRecord({ verdict: confirmedDead(because) }), agentId)
    t.strictSame(flags(reply), [true, true, false, false], because)
    t.match(reply, { verdict: 'qemuConfirmedDead', reason: because })
    t.notOk(Object.hasOwn(reply, 'error'))
    t.notOk(Object.hasOwn(reply, 'nextStep'))
  }
  for (const because of silenceProofs) {
    const reply = fenceReply(fenceRecord({ verdict: unreachable(because) }), agentId)
    t.strictSame(flags(reply), [true, false, false, true], because)
    t.match(reply, { verdict: 'targetHostUnreachable', reason: because })
    t.notOk(Object.hasOwn(reply, 'error'))
  }
  for (const because of doubts) {
    const reply = fenceReply(fenceRecord({ verdict: doubt(because) }), agentId)
    t.strictSame(flags(reply), [false, false, true, false], because)
    t.match(reply, { verdict: 'qemuStillAlive', reason: because, nextStep: /[.]$/ })
    t.equal(
      reply.error,
      `VM ${vmHex} on host 192.0.2.7 is not proven dead (${because}): ${reply.summary} Killed: qemu 84.`,
    )
  }
})

test('a refusal says what was killed, and where that is not known', async (t) => {
  const errorOf = (change: Parameters<typeof fenceRecord>[0]) => {
    const { error, killed } = fenceReply(
      fenceRecord({ verdict: doubt('contact-lost'), ...change }),
      agentId,
    )
    return [error?.replace(/^.*[.;] ?(?=Killed|Whether)/, ''), killed.is]
  }
  const evidence = { kind: 'refusal', because: 'contact-lost' } as const
  const trail = { address: '', detail: '', phases: [{ phase: 'run', ms: 1 }] } as const
  t.same(errorOf({ evidence, trail }), ['Whether anything was killed is not known.', 'not-known'])
  const [error, is] = errorOf({ evidence, trail: { ...trail, phases: [] } })
  t.equal(is, 'no')
  t.notMatch(error, /illed/)
})

test('the rest of the answer is the record', async (t) => {
  t.match(fenceReply(fenceRecord(), agentId), {
    fenceId: 'fence-1',
    agentId,
    vmUuid: vmHex,
    targetHostUuid: 'host-7',
    targetHostIp: '192.0.2.7',
    durationMs: 412,
    evidence: { kind: 'report' },
  })
})

test('a verdict that the types forbid becomes a refusal', async (t) => {
  const rows: readonly (readonly [string, unknown])[] = [
    ['dead for the reason of a doubt', { kind: 'confirmed-dead', because: 'deadline-passed' }],
    ['dead because of silence', { kind: 'confirmed-dead', because: 'every-address-silent' }],
    ['unreachable because destroyed', { kind: 'unreachable', because: 'destroyed' }],
    ['dead without a reason', { kind: 'confirmed-dead' }],
    ['no kind at all', { because: 'destroyed' }],
    ['a kind that is a word of every object', { kind: 'constructor', because: 'destroyed' }],
    ['a wire word for a kind', { kind: 'qemuConfirmedDead', because: 'destroyed' }],
    ['alive for the reason of a proof', { kind: 'still-alive', because: 'destroyed' }],
  ]
  for (const [title, verdict] of rows) {
    const reply = fenceReply(fenceRecord({ verdict: verdict as Verdict }), agentId)
    t.strictSame(flags(reply), [false, false, true, false], title)
    t.equal(reply.reason, 'internal-error', title)
  }
})

test('of all pairs of kind and reason only the proofs proceed', async (t) => {
  const reasons = [...deathProofs, ...silenceProofs, ...doubts, '', 'other', undefined]
  fc.assert(
    fc.property(
      fc.constantFrom('confirmed-dead', 'unreachable', 'still-alive', '', undefined),
      fc.constantFrom(...reasons),
      (kind, because) => {
        const reply = fenceReply(fenceRecord({ verdict: { kind, because } as Verdict }), agentId)
        const isProof =
          (kind === 'confirmed-dead' && deathProofs.some((one) => one === because)) ||
          (kind === 'unreachable' && silenceProofs.some((one) => one === because))
        const count = flags(reply).slice(1).filter(Boolean).length
        return reply.success === isProof && reply.qemuStillAlive === !isProof && count === 1
      },
    ),
    { numRuns: 1000 },
  )
  t.pass('no counter-example')
})

test('the answer to a bug is a refusal without a secret', async (t) => {
  const reply = bugReply(fenceRequest({ password: new Secret('hush') }), 7, agentId)
  t.strictSame(flags(reply), [false, false, true, false])
  t.match(reply, { reason: 'internal-error', fenceId: 'fence-1', agentId, durationMs: 7 })
  t.notMatch(JSON.stringify(reply), /hush|secret/)
})

test('a death that a neighbour proved says by whom, and nothing else does', async (t) => {
  const evidence = passedOn()
  const by = { agentId: someNeighbour.agentId, fenceId: someNeighbour.fenceId }
  t.match(fenceReply(fenceRecord({ evidence }), agentId), { success: true, agentId, by })
  t.notOk(Object.hasOwn(fenceReply(fenceRecord(), agentId), 'by'))
  const refused = fenceReply(fenceRecord({ evidence, verdict: doubt('journal-failed') }), agentId)
  t.notOk(Object.hasOwn(refused, 'by'))
})

test('who passed a request on finds its own id in the answer', async (t) => {
  const request = fenceRequest({}, { passedOnBy: someNeighbour.agentId })
  t.equal(fenceReply(fenceRecord({ request }), agentId).passedOnBy, someNeighbour.agentId)
  t.notOk(Object.hasOwn(fenceReply(fenceRecord(), agentId), 'passedOnBy'))
})
