import { test } from 'tap'
import { historyEntry, historyReply } from '../../../agent/contract/reply/history-reply.ts'
import { fenceReply } from '../../../agent/contract/reply/fence-reply.ts'
import { confirmedDead, doubt, unreachable } from '../../../agent/domain/verdict.ts'
import type { FenceHistoryEntry } from '../../../agent/fence/history.ts'
import { judgeAnswer } from '../../../agent/client/judge-answer.ts'
import { agentId, fenceRecord, vmHex, vmUuid } from '../../fixtures/values/fence-records.ts'

const past: FenceHistoryEntry = {
  action: 'fence',
  fenceId: 'f1',
  requestId: 'r1',
  askedBy: 'mn-1',
  vm: vmUuid(),
  suspect: { addresses: ['192.0.2.7', '192.0.2.8'], hostUuid: 'host-7' },
  askedAt: '2026-11-22T00:00:00.000Z',
  endedAt: '2026-11-22T00:00:01.000Z',
  verdict: confirmedDead('destroyed'),
  durationMs: 412,
  quarantine: 'proven',
  detail: 'report complete',
}
const nowMs = Date.parse('2026-11-22T00:01:01.000Z')

test('a record on the wire tells its age', async (t) => {
  t.strictSame(historyEntry(past, nowMs), {
    action: 'fence',
    fenceId: 'f1',
    requestId: 'r1',
    askedBy: 'mn-1',
    vm: vmUuid(),
    suspect: '192.0.2.7',
    suspectUuid: 'host-7',
    askedAt: '2026-11-22T00:00:00.000Z',
    endedAt: '2026-11-22T00:00:01.000Z',
    ageMs: 60_000,
    verdict: 'qemuConfirmedDead',
    reason: 'destroyed',
    summary: 'The qemu of the VM was found, killed, and every task of it is gone.',
    durationMs: 412,
    detail: 'report complete',
    quarantine: 'proven',
  })
  t.equal(historyEntry(past, 0).ageMs, 0, 'never less than none')
})

test('an entry has the word of the verdict that the answer had', async (t) => {
  for (const verdict of [
    confirmedDead('destroyed'),
    unreachable('every-address-silent'),
    doubt('unkillable'),
  ]) {
    const { verdict: word } = fenceReply(fenceRecord({ verdict }), agentId)
    t.equal(historyEntry({ ...past, verdict }, nowMs).verdict, word)
  }
})

test('one without an outcome has no verdict, no age and no words', async (t) => {
  const open = { ...past, verdict: undefined, endedAt: '', durationMs: undefined }
  const entry = historyEntry({ ...open, suspect: { addresses: [], hostUuid: '' } }, nowMs)
  t.match(entry, { verdict: '', reason: '', summary: '', suspect: '' })
  t.notOk(Object.hasOwn(entry, 'ageMs') || Object.hasOwn(entry, 'durationMs'))
})

test('no page and no record can be taken for an answer', async (t) => {
  const page = historyReply({ fences: [past], next: 7, garbled: 1 }, nowMs)
  t.match(page, { next: '7', garbledLines: 1, fences: [{ fenceId: 'f1' }] })
  const asked = { vmUuid: vmHex, targetHostIp: '192.0.2.7' }
  for (const body of [page, page.fences[0]]) {
    t.match(judgeAnswer(asked, 200, JSON.stringify(body)), { kind: 'unclear' })
    t.notOk(JSON.stringify(body).includes('"success"'))
  }
  t.notOk(Object.hasOwn(historyReply({ fences: [], next: undefined, garbled: 0 }, 0), 'next'))
})

test('what a journal says is printed plainly', async (t) => {
  const evil = { ...past, askedBy: '\u001b[2J', detail: '\u001b]0;x', fenceId: '\u001b' }
  t.match(JSON.stringify(historyEntry(evil, nowMs)), /^[\x20-\x7e]*$/)
  t.notMatch(JSON.stringify(historyEntry(evil, nowMs)), /u001b/)
})
