import { test } from 'tap'
import { isReplyAbout, readBack } from '../../../agent/contract/reply/stored-reply.ts'
import { fenceReply, refusalReply } from '../../../agent/contract/reply/fence-reply.ts'
import {
  agentId,
  fenceRecord,
  fenceRequest,
  hostAddress,
  vmUuid,
} from '../../fixtures/values/fence-records.ts'

test('what lets nobody proceed is a refusal, whichever word is read', async (t) => {
  const refusal = refusalReply(fenceRequest(), 'interrupted', 0, agentId)
  t.equal(readBack(JSON.stringify(refusal))?.isRefusal, true)
  const changes = [
    { success: true },
    { success: undefined },
    { success: 'false' },
    { qemuConfirmedDead: true },
    { targetHostUnreachable: 'true' },
    { qemuConfirmedDead: undefined },
  ]
  for (const change of changes) {
    const text = JSON.stringify({ ...refusal, ...change })
    t.equal(readBack(text)?.isRefusal, false, JSON.stringify(change))
  }
  for (const text of ['', '{', 'null', '7', '"x"']) t.equal(readBack(text), undefined, text)
})

test('a reply is about its own request alone', async (t) => {
  const request = fenceRequest()
  const read = readBack(JSON.stringify(fenceReply(fenceRecord({ request }), agentId)))
  if (read === undefined) throw new Error('not read')
  t.equal(isReplyAbout(read, request), true)
  const others = [
    fenceRequest({}, { fenceId: 'fence-2' }),
    fenceRequest({}, { vm: vmUuid('f'.repeat(32)) }),
    fenceRequest({ addresses: [hostAddress('192.0.2.8')] }),
  ]
  for (const other of others) t.equal(isReplyAbout(read, other), false)
})
