import { test } from 'tap'
import { inFlightReply } from '../../../agent/contract/reply/in-flight-reply.ts'
import { Secret } from '../../../agent/base/text/secret.ts'
import { fenceRequest, vmUuid } from '../../fixtures/values/fence-records.ts'

test('what is in flight is told without a verdict and without a secret', async (t) => {
  const request = fenceRequest({ password: new Secret('hush') })
  const reply = inFlightReply([
    { request, action: 'fence', phase: 'login', elapsedMs: 7 },
    { request, action: 'look', phase: 'queue', elapsedMs: 8 },
  ])
  t.strictSame(reply.fences[0], {
    fenceId: 'fence-1',
    requestId: 'request-1',
    askedBy: 'mn-1',
    vm: vmUuid(),
    suspect: '192.0.2.7',
    suspectUuid: 'host-7',
    action: 'fence',
    phase: 'login',
    elapsedMs: 7,
    budgetMs: 20_000,
  })
  t.match(reply.fences[1], { action: 'look', phase: 'queue' })
  t.notMatch(JSON.stringify(reply), /hush|secret|success|qemu/)
  t.same(inFlightReply([]), { fences: [] })
})
