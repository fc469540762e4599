import { test } from 'tap'
import type { LaterAnswer, LeftAnswer } from '../../agent/fence/callbacks.ts'
import { answerLine, deliveryLine } from '../../agent/journal/callback-records.ts'
import { intentLine, outcomeLine } from '../../agent/journal/records.ts'
import { settleCallback } from '../../agent/journal/undelivered.ts'
import type { JournalRecord } from '../../agent/journal/undelivered.ts'
import { fenceRecord, fenceRequest } from '../fixtures/values/fence-records.ts'

const ask = { task: 't-1', url: 'http://10.0.0.1:8080/callback' }
const request = fenceRequest({}, { callback: ask })
const at = '2026-11-22T00:00:01.000Z'

const left = (records: readonly JournalRecord[]): readonly LeftAnswer[] => {
  const map = new Map<string, LeftAnswer>()
  for (const record of records) settleCallback(record, map, 'b')
  return [...map.values()]
}
const read = (line: string): JournalRecord => JSON.parse(line) as JournalRecord

const intent = read(intentLine(request, 'then'))
const outcome = read(outcomeLine(fenceRecord({ request }), at))
const answered = (part: Partial<LaterAnswer> = {}): JournalRecord =>
  read(answerLine({ subject: request, ask, body: '{"b":1}', ...part }, at, 'b'))
const delivered = read(
  deliveryLine(
    { subject: request, ask, end: 'delivered', said: 'answer', attempts: 1, status: 200, ms: 1 },
    at,
  ),
)
const { fenceId, vm, suspect } = request
const subject = {
  fenceId,
  vm,
  suspect: { addresses: suspect.addresses, hostUuid: suspect.hostUuid },
}

test('what is owed to a caller', async (t) => {
  t.strictSame(left([intent]), [{ subject, ask, at: 'then' }], 'an intent alone')
  t.strictSame(left([intent, outcome]), [{ subject, ask, at: 'then' }], 'a verdict without answer')
  t.strictSame(left([intent, outcome, answered()]), [
    { subject, ask, at, answer: { body: '{"b":1}' } },
  ])
  const proof = answered({ provenAt: at })
  t.strictSame(
    left([proof]),
    [{ subject, ask, at, answer: { body: '{"b":1}', provenAt: at } }],
    'an answer whose intent is no longer there',
  )
  t.strictSame(
    left([intent, proof, answered({ body: '{"refused":1}' })]),
    [{ subject, ask, at, answer: { body: '{"refused":1}' } }],
    'the last word counts',
  )
  t.same(left([intent, outcome, answered(), delivered]), [], 'what was delivered is not')
  t.same(left([read(intentLine(fenceRequest(), at)), outcome]), [], 'nor what asked for nothing')
})

test('a proof whose time cannot be read is as old as can be', async (t) => {
  for (const [title, part] of [
    ['no time', { provenAt: undefined }],
    ['a number', { provenAt: 7 }],
    ['another boot', { boot: 'a' }],
    ['no boot', { boot: undefined }],
    ['a word that is not a boolean', { proceeds: 'false', provenAt: null }],
  ] as const) {
    const [one] = left([{ ...answered({ provenAt: at }), ...part }])
    t.strictSame(one?.answer, { body: '{"b":1}', provenAt: '' }, title)
  }
})

test('records of no sense are passed over, and a body of no sense is none', async (t) => {
  const rows: readonly (readonly [string, JournalRecord])[] = [
    ['an id that is no text', { ...intent, fenceId: 7 }],
    ['no suspect', { ...intent, suspect: null }],
    ['no address', { ...intent, suspect: { addresses: [] } }],
    ['addresses that are no list', { ...intent, suspect: { addresses: '10.0.0.1' } }],
    ['an address that is none', { ...intent, suspect: { addresses: ['-x', 7] } }],
    ['a VM that is none', { ...intent, vm: 'x' }],
    ['a callback that is none', { ...intent, callback: 'x' }],
    ['a task that is no text', { ...intent, callback: { ...ask, task: 1 } }],
    ['a url that is no text', { ...intent, callback: { ...ask, url: null } }],
    ['a delivery of nothing', { type: 'delivery', fenceId: 7 }],
    ['something else', { ...intent, type: 'note' }],
  ]
  for (const [title, record] of rows) t.same(left([record]), [], title)
  t.strictSame(left([{ ...answered(), body: { b: 1 } }]), [{ subject, ask, at }])
})
