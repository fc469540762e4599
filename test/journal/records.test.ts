import { test } from 'tap'
import { Secret } from '../../agent/base/text/secret.ts'
import { intentLine, outcomeLine, unfenceLine } from '../../agent/journal/records.ts'
import {
  fenceRecord,
  fenceRequest,
  reportEvidence,
  vmUuid,
} from '../fixtures/values/fence-records.ts'

const at = '2026-11-22T00:00:01.000Z'

test('an intent says what is to be done, and by which kind of credential', async (t) => {
  const password = new Secret('planted')
  const line = intentLine(fenceRequest({ password }), at)
  t.strictSame(JSON.parse(line), {
    type: 'intent',
    at,
    fenceId: 'fence-1',
    requestId: 'request-1',
    askedBy: 'mn-1',
    vm: vmUuid(),
    suspect: { addresses: ['192.0.2.7'], port: 22, user: 'root', hostUuid: 'host-7' },
    credentials: { hasPassword: true, hasPrivateKey: false },
    budgetMs: 20_000,
  })
  t.notMatch(line, /planted/)
  const callback = { task: 't-1', url: 'http://10.0.0.1:8080/callback' }
  t.strictSame(
    (JSON.parse(intentLine(fenceRequest({}, { callback }), at)) as { callback?: object }).callback,
    callback,
  )
  const privateKey = new Secret('planted')
  t.match(JSON.parse(intentLine(fenceRequest({ privateKey }), at)), {
    credentials: { hasPassword: false, hasPrivateKey: true },
  })
})

test('an outcome holds the verdict and all of its evidence', async (t) => {
  const record = fenceRecord({ request: fenceRequest({ password: new Secret('planted') }) })
  const line = outcomeLine(record, at)
  t.strictSame(JSON.parse(line), {
    type: 'outcome',
    at,
    askedBy: 'mn-1',
    fenceId: 'fence-1',
    requestId: 'request-1',
    vm: vmUuid(),
    suspect: { addresses: ['192.0.2.7'], hostUuid: 'host-7' },
    verdict: 'qemuConfirmedDead',
    reason: 'destroyed',
    startedAt: record.startedAt,
    durationMs: 412.4,
    killed: { is: 'yes', pids: [84] },
    evidence: record.evidence,
    trail: record.trail,
  })
  t.notMatch(line, /planted/)
})

test('a record is one line of ASCII, whatever a suspect calls its tasks', async (t) => {
  const task = { tid: 1, state: 'D', wchan: '-', comm: 'a\n\u001b[2J\u0085é\u2028' }
  const line = outcomeLine(
    fenceRecord({
      evidence: reportEvidence({
        qemus: [
          {
            pid: 1,
            startTicks: 2,
            by: 'cgroup',
            seen: 'before-kill',
            kill: 'sent',
            end: { kind: 'living', tasks: [task] },
          },
        ],
      }),
    }),
    at,
  )
  t.match(line, /^[\x20-\x7e]+\n$/)
})

test('who has a quarantine lifted is written down, and by no secret of theirs', async (t) => {
  const request = fenceRequest({ password: new Secret('planted') })
  const line = unfenceLine(request, 'asked', at)
  t.strictSame(JSON.parse(line), {
    type: 'unfence',
    at,
    fenceId: 'fence-1',
    requestId: 'request-1',
    askedBy: 'mn-1',
    vm: vmUuid(),
    suspect: { addresses: ['192.0.2.7'], hostUuid: 'host-7' },
    quarantine: 'asked',
  })
  t.notMatch(line, /planted/)
})
