import { test } from 'tap'
import {
  confirmedDead,
  deathProofs,
  doubt,
  doubts,
  silenceProofs,
  unreachable,
} from '../../agent/domain/verdict.ts'
import type { Verdict } from '../../agent/domain/verdict.ts'
import { historyRecordOf } from '../../agent/journal/history-record.ts'
import {
  intentLine,
  interruptedLine,
  outcomeLine,
  unfenceLine,
} from '../../agent/journal/records.ts'
import { fenceRecord, fenceRequest, vmUuid } from '../fixtures/values/fence-records.ts'

const at = '2026-11-22T00:00:01.000Z'

test('what the journal writes can be read again', async (t) => {
  t.match(historyRecordOf(intentLine(fenceRequest(), at)), {
    kind: 'intent',
    fence: { fenceId: 'fence-1', askedBy: 'mn-1', askedAt: at, endedAt: '', verdict: undefined },
  })
  const all: readonly Verdict[] = [
    ...deathProofs.map(confirmedDead),
    ...silenceProofs.map(unreachable),
    ...doubts.map(doubt),
  ]
  for (const verdict of all) {
    t.match(historyRecordOf(outcomeLine(fenceRecord({ verdict }), at)), {
      kind: 'outcome',
      fence: {
        fenceId: 'fence-1',
        requestId: 'request-1',
        askedBy: 'mn-1',
        vm: vmUuid(),
        suspect: { addresses: ['192.0.2.7'], hostUuid: 'host-7' },
        askedAt: '2026-11-22T00:00:00.000Z',
        endedAt: at,
        verdict,
        detail: 'report complete',
        quarantine: 'set',
      },
    })
  }
  t.match(historyRecordOf(unfenceLine(fenceRequest(), 'asked', at)), {
    kind: 'intent',
    fence: { action: 'unfence', askedAt: at, endedAt: '', quarantine: 'asked', verdict: undefined },
  })
  t.match(historyRecordOf(unfenceLine(fenceRequest(), 'lifted', at)), {
    kind: 'outcome',
    fence: { action: 'unfence', endedAt: at, quarantine: 'lifted', verdict: undefined },
  })
  const intent = {
    fenceId: 'f',
    requestId: 'r',
    askedBy: 'mn-2',
    vm: vmUuid(),
    suspect: { addresses: ['192.0.2.7'] },
    at,
  }
  t.match(historyRecordOf(interruptedLine(intent, at)), {
    fence: { askedBy: 'mn-2', verdict: doubt('interrupted'), durationMs: undefined, detail: '' },
  })
  t.same(historyRecordOf('{"type":"answer"}'), { kind: 'other' })
})

test('whatever is not whole is no record, and least of all a proof', async (t) => {
  const line = outcomeLine(fenceRecord(), at)
  const record = JSON.parse(line) as Record<string, unknown>
  const rows: readonly (readonly [string, string])[] = [
    ['torn', line.slice(0, 200)],
    ['empty', ''],
    ['a list', '[]'],
    ['null', 'null'],
    ['no type', JSON.stringify({ ...record, type: 1 })],
    ['no id', JSON.stringify({ ...record, fenceId: 1 })],
    ['no VM', JSON.stringify({ ...record, vm: 'web-1' })],
    ['no suspect', JSON.stringify({ ...record, suspect: null })],
    ['no addresses', JSON.stringify({ ...record, suspect: { addresses: 'a' } })],
    ['a kind that is none', JSON.stringify({ ...record, verdict: 'dead' })],
    ['dead for want of time', JSON.stringify({ ...record, reason: 'deadline-passed' })],
    ['unreachable for death', JSON.stringify({ ...record, verdict: 'targetHostUnreachable' })],
    ['alive for death', JSON.stringify({ ...record, verdict: 'qemuStillAlive' })],
    ['no reason', JSON.stringify({ ...record, reason: undefined })],
  ]
  for (const [title, text] of rows) t.equal(historyRecordOf(text), undefined, title)
})

test('what is missing beside it is empty', async (t) => {
  const record = JSON.parse(outcomeLine(fenceRecord(), at)) as Record<string, unknown>
  const text = JSON.stringify({
    ...record,
    suspect: { addresses: [1] },
    at: 'yesterday',
    startedAt: 7,
    trail: 'x',
    durationMs: 'x',
  })
  t.match(historyRecordOf(text), {
    fence: {
      suspect: { addresses: [''], hostUuid: '' },
      askedAt: '',
      endedAt: '',
      detail: '',
      durationMs: undefined,
    },
  })
})

test('the intent of a fence that was passed on names the agent that did so', async (t) => {
  const passedOnBy = '7c9e6679-7425-40de-944b-e07fc1f90ae7'
  const line = intentLine(fenceRequest({}, { passedOnBy }), at)
  t.match(JSON.parse(line), { type: 'intent', passedOnBy })
  t.notMatch(intentLine(fenceRequest(), at), /passedOnBy/)
})
