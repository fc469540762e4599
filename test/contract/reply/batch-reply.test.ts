import { test } from 'tap'
import { batchEnd, batchReply, batchSummary } from '../../../agent/contract/reply/batch-reply.ts'
import { fenceReply } from '../../../agent/contract/reply/fence-reply.ts'
import { doubt, unreachable } from '../../../agent/domain/verdict.ts'
import { agentId, fenceRecord } from '../../fixtures/values/fence-records.ts'

const dead = fenceReply(fenceRecord(), agentId)
const silent = fenceReply(fenceRecord({ verdict: unreachable('every-address-silent') }), agentId)
const alive = fenceReply(fenceRecord({ verdict: doubt('respawned') }), agentId)

test('success takes every VM, and none at all is no success', async (t) => {
  t.equal(batchSummary([dead, silent]).success, true)
  t.equal(batchSummary([dead, alive, silent]).success, false)
  t.equal(batchSummary([]).success, false)
})

test('the verdicts are counted', async (t) => {
  t.match(batchReply([dead, dead, silent, alive]), {
    counts: { qemuConfirmedDead: 2, targetHostUnreachable: 1, qemuStillAlive: 1 },
    error: '1 of 4 VMs are not proven dead; see their verdicts',
    verdicts: [{ reason: 'destroyed' }, {}, {}, { reason: 'respawned' }],
  })
  t.equal(batchEnd([dead]).end, true)
})
