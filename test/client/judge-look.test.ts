import { test } from 'tap'
import { judgeLift, judgeLook } from '../../agent/client/judge-look.ts'
import { lookReply } from '../../agent/contract/reply/look-reply.ts'
import { unfenceReply } from '../../agent/contract/reply/unfence-reply.ts'
import { rejectionReply, plainRejection } from '../../agent/contract/reply/rejection.ts'
import { fenceReply } from '../../agent/contract/reply/fence-reply.ts'
import {
  agentId,
  fenceRecord,
  lookEvidence,
  lookRecord,
  vmHex,
} from '../fixtures/values/fence-records.ts'

const asked = { vmUuid: vmHex.toUpperCase(), targetHostIp: '192.0.2.7' }
const reply = lookReply(lookRecord(), true)
const judged = (change: object, status = 200) =>
  judgeLook(asked, status, JSON.stringify({ ...reply, ...change }))

test('a reply as it is', async (t) => {
  t.match(judged({}), { kind: 'not-seen', reply: { pids: [], explanation: [/contact/, /host/] } })
  t.match(judged({ seen: 'runs', pids: [7, 'x'] }), { kind: 'runs', reply: { pids: [7] } })
  t.match(judged({ seen: 'cannot-tell', reason: 'sudo-refused' }), {
    kind: 'cannot-tell',
    reply: { reason: 'sudo-refused' },
  })
  t.match(judged({ pids: 7, explanation: 7, durationMs: '7', reason: 7 }), {
    kind: 'not-seen',
    reply: { pids: [], explanation: [], durationMs: 0, reason: '' },
  })
})

test('what is none', async (t) => {
  const rows: readonly (readonly [string, string, RegExp])[] = [
    ['no JSON', 'x', /does not say/],
    ['no object', '7', /does not say/],
    ['nothing', 'null', /does not say/],
    ['an answer of a fence', JSON.stringify(fenceReply(fenceRecord(), agentId)), /does not say/],
    ['a word of tomorrow', JSON.stringify({ ...reply, seen: 'dead' }), /does not say/],
    ['a success', JSON.stringify({ ...reply, success: true }), /claims more/],
    ['another VM', JSON.stringify({ ...reply, vmUuid: 'f'.repeat(32) }), /another VM/],
    ['another host', JSON.stringify({ ...reply, targetHostIp: '192.0.2.8' }), /another host/],
  ]
  for (const [title, text, because] of rows) {
    t.match(judgeLook(asked, 200, text), { kind: 'unclear', because }, title)
  }
  t.match(judged({}, 404), { kind: 'no-such-path' })
  const door = JSON.stringify(rejectionReply(plainRejection('FENCE_BUSY')))
  t.match(judgeLook(asked, 503, door), { kind: 'turned-away', code: 'FENCE_BUSY' })
  t.match(judged({}, 201), { kind: 'unclear' })
})

test('what came of lifting a quarantine', async (t) => {
  const evidence = lookEvidence({ quarantine: { state: 'lifted', policy: 'optional' } })
  const lifted = unfenceReply(lookRecord({ evidence }), false)
  const told = (change: object) => judgeLift(asked, 200, JSON.stringify({ ...lifted, ...change }))
  t.match(told({}), { kind: 'lifted', reply: { reason: '', pids: [] } })
  t.match(told({ quarantine: 'not-set' }), { kind: 'not-set' })
  t.match(told({ quarantine: 'set' }), { kind: 'unclear', because: /what was lifted/ })
  t.match(told({ success: true }), { kind: 'unclear', because: /claims more/ })
  t.match(judgeLift(asked, 200, JSON.stringify(reply)), { kind: 'unclear' }, 'a look is none')
  t.match(judgeLook(asked, 200, JSON.stringify(lifted)), { kind: 'unclear' }, 'nor the reverse')
})
