import { test } from 'tap'
import { Secret } from '../../agent/domain/secret.ts'
import { confirmedDead, doubt, unreachable } from '../../agent/domain/verdict.ts'
import { auditLine } from '../../agent/journal/audit.ts'
import { makeLog } from '../../agent/journal/log.ts'
import { fenceRecord, fenceRequest, vmUuid } from '../fixtures/fence-records.ts'

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
      verdict: verdict.kind,
      because: verdict.because,
      durationMs: 412.4,
      contact: '192.0.2.7',
      detail: 'report complete',
    })
    t.notMatch(lines[0], /planted/)
  }
})
