import { test } from 'tap'
import {
  recordEntry,
  historyReply,
  wireVerdictOf,
} from '../../../agent/contract/reply/history-reply.ts'
import { fenceReply } from '../../../agent/contract/reply/fence-reply.ts'
import { confirmedDead, doubt, unreachable } from '../../../agent/domain/verdict.ts'
import type { FenceHistoryEntry } from '../../../agent/fence/history.ts'
import { judgeAnswer } from '../../../agent/client/judge-answer.ts'
import { agentId, fenceRecord, vmHex, vmUuid } from '../../fixtures/values/fence-records.ts'

const past: FenceHistoryEntry = {
  fenceId: 'f1',
  requestId: 'r1',
  askedBy: 'mn-1',
  vm: vmUuid(),
  suspect: { addresses: ['192.0.2.7', '192.0.2.8'], hostUuid: 'host-7' },
  askedAt: '2026-11-22T00:00:00.000Z',
  endedAt: '2026-11-22T00:00:01.000Z',
  verdict: confirmedDead('destroyed'),
  durationMs: 412,
  detail: 'report complete',
}
const nowMs = Date.parse('2026-11-22T00:01:01.000Z')

test('a record on the wire tells its age', async (t) => {
  t.strictSame(recordEntry(past, nowMs), {
    fenceId: 'f1',
    requestId: 'r1',
    askedBy: 'mn-1',
    vmUuid: vmHex,
    targetHostIp: '192.0.2.7',
    targetHostUuid: 'host-7',
    askedAt: '2026-11-22T00:00:00.000Z',
    endedAt: '2026-11-22T00:00:01.000Z',
    ageMs: 60_000,
    verdict: 'qemuConfirmedDead',
    reason: 'destroyed',
    summary: 'The qemu of the VM was found, killed, and every task of it is gone.',
    durationMs: 412,
    detail: 'report complete',
  })
  t.equal(recordEntry(past, 0).ageMs, 0, 'never less than none')
})

test('the names of the verdicts are those of the answers', async (t) => {
  for (const verdict of [
    confirmedDead('destroyed'),
    unreachable('every-address-silent'),
    doubt('unkillable'),
  ]) {
    const { verdict: name } = fenceReply(fenceRecord({ verdict }), agentId)
    t.equal(wireVerdictOf[verdict.kind], name)
  }
})

test('one without an outcome has no verdict, no age and no words', async (t) => {
  const open = { ...past, verdict: undefined, endedAt: '', durationMs: undefined }
  const entry = recordEntry({ ...open, suspect: { addresses: [], hostUuid: '' } }, nowMs)
  t.match(entry, { verdict: '', reason: '', summary: '', targetHostIp: '' })
  t.notOk(Object.hasOwn(entry, 'ageMs') || Object.hasOwn(entry, 'durationMs'))
})

test('no page and no record can be taken for an answer', async (t) => {
  const page = historyReply({ fences: [past], next: 7, garbled: 1 }, nowMs)
  t.match(page, { next: '7', garbledLines: 1, records: [{ fenceId: 'f1' }] })
  const asked = { vmUuid: vmHex, targetHostIp: '192.0.2.7' }
  for (const body of [page, page.records[0]]) {
    t.match(judgeAnswer(asked, 200, JSON.stringify(body)), { kind: 'unclear' })
    t.notOk(JSON.stringify(body).includes('"success"'))
  }
  t.notOk(Object.hasOwn(historyReply({ fences: [], next: undefined, garbled: 0 }, 0), 'next'))
})

test('what a journal says is printed plainly', async (t) => {
  const evil = { ...past, askedBy: '\u001b[2J', detail: '\u001b]0;x', fenceId: '\u001b' }
  t.match(JSON.stringify(recordEntry(evil, nowMs)), /^[\x20-\x7e]*$/)
  t.notMatch(JSON.stringify(recordEntry(evil, nowMs)), /u001b/)
})
