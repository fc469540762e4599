import { test } from 'tap'
import { Secret } from '../../agent/base/text/secret.ts'
import { confirmedDead, doubt, unreachable } from '../../agent/domain/verdict.ts'
import { verdictWords } from '../../agent/domain/verdict-word.ts'
import type { DeliveryEnd } from '../../agent/fence/callbacks.ts'
import { auditLine, deliveryAudit } from '../../agent/journal/audit.ts'
import { makeLog } from '../../agent/journal/log.ts'
import { fenceRecord, fenceRequest, vmUuid } from '../fixtures/values/fence-records.ts'

test('one line per verdict, and a refusal is a warning', async (t) => {
  const rows = [
    [confirmedDead('already-gone'), 'info'],
    [unreachable('every-address-silent'), 'info'],
    [doubt('peer-isolated'), 'warn'],
  ] as const
  for (const [verdict, level] of rows) {
    const lines: string[] = []
    const log = makeLog('trace', { write: (line: string) => lines.push(line) })
    const request = fenceRequest({ password: new Secret('planted') })
    auditLine(log)(fenceRecord({ verdict, request }))
    t.equal(lines.length, 1)
    t.match(JSON.parse(lines[0] ?? ''), {
      level,
      msg: 'verdict reached',
      fenceId: 'fence-1',
      requestId: 'request-1',
      askedBy: 'mn-1',
      vm: vmUuid(),
      suspect: '192.0.2.7',
      suspectUuid: 'host-7',
      verdict: verdictWords[verdict.kind],
      reason: verdict.because,
      durationMs: 412.4,
      contact: '192.0.2.7',
      detail: 'report complete',
    })
    t.notMatch(lines[0], /planted/)
  }
})

test('one line per delivery, never with what was delivered, and a warning unless the answer arrived', async (t) => {
  const end: DeliveryEnd = {
    subject: fenceRequest({ password: new Secret('planted') }),
    ask: { task: 't-1', url: 'http://10.0.0.1/planted' },
    end: 'delivered',
    said: 'answer',
    attempts: 2,
    status: 200,
    ms: 512,
  }
  const rows = [
    [end, 'info', 'answer delivered'],
    [{ ...end, said: 'verdict-expired' }, 'warn', 'answer delivered'],
    [{ ...end, end: 'no-such-task' }, 'warn', 'answer not delivered'],
    [{ ...end, end: 'rejected' }, 'warn', 'answer not delivered'],
    [{ ...end, end: 'written-off' }, 'warn', 'answer not delivered'],
  ] as const
  for (const [delivery, level, msg] of rows) {
    const lines: string[] = []
    const log = makeLog('trace', { write: (line: string) => lines.push(line) })
    deliveryAudit(log)(delivery)
    t.equal(lines.length, 1)
    const { time: _time, ...fields } = JSON.parse(lines[0] ?? '') as { readonly time: string }
    t.strictSame(fields, {
      level,
      msg,
      fenceId: 'fence-1',
      vm: vmUuid(),
      task: 't-1',
      end: delivery.end,
      said: delivery.said,
      attempts: 2,
      status: 200,
      ms: 512,
    })
  }
})
