import { test } from 'tap'
import { Secret } from '../../agent/base/text/secret.ts'
import { answerLine, deliveryLine } from '../../agent/journal/callback-records.ts'
import { fenceRequest, vmUuid } from '../fixtures/values/fence-records.ts'

const at = '2026-11-22T00:00:01.000Z'
const subject = fenceRequest({ password: new Secret('planted') })
const ask = { task: 't-1', url: 'http://10.0.0.1:8080/callback' }

test('an answer holds all that its delivery needs', async (t) => {
  const line = answerLine({ subject, ask, body: '{"success":false}' }, at, 'b')
  t.strictSame(JSON.parse(line), {
    type: 'answer',
    at,
    fenceId: 'fence-1',
    vm: vmUuid(),
    suspect: { addresses: ['192.0.2.7'], hostUuid: 'host-7' },
    callback: ask,
    proceeds: false,
    body: '{"success":false}',
  })
  t.notMatch(line, /planted/)
  t.match(line, /^[\x20-\x7e]+\n$/)
  t.match(JSON.parse(answerLine({ subject, ask, body: '{}', provenAt: at }, at, 'b')), {
    proceeds: true,
    boot: 'b',
    provenAt: at,
  })
})

test('a delivery says how it ended, and nothing of the answer', async (t) => {
  const end = { end: 'delivered', said: 'answer', attempts: 2, status: 200, ms: 512 } as const
  t.strictSame(JSON.parse(deliveryLine({ subject, ask, ...end }, at)), {
    type: 'delivery',
    at,
    fenceId: 'fence-1',
    task: 't-1',
    ...end,
  })
})
