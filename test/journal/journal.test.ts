import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { openJournal } from '../../agent/journal/journal.ts'
import { fenceRecord, fenceRequest } from '../fixtures/values/fence-records.ts'

test('intent and outcome are on disk when they resolve', async (t) => {
  const file = join(t.testdir({}), 'j')
  const journal = await openJournal(file, () => 'now', 'agent')
  const read = () =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown)
  await journal.intent(fenceRequest())
  t.match(read(), [{ type: 'intent', at: 'now', fenceId: 'fence-1' }])
  await journal.outcome(fenceRecord())
  t.match(read(), [{ type: 'intent' }, { type: 'outcome', at: 'now', reason: 'destroyed' }])
  await journal.unfence(fenceRequest(), 'lifted')
  t.match(read().at(-1), { type: 'unfence', at: 'now', quarantine: 'lifted' })
  await journal.close()
  await t.rejects(journal.intent(fenceRequest()), 'a closed journal takes nothing')
})

test('what an agent left in flight is closed by the next, once', async (t) => {
  const file = join(t.testdir({}), 'j')
  const read = () =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown)
  const killed = await openJournal(file, () => 'then', 'agent')
  await killed.intent(fenceRequest())
  await killed.intent(fenceRequest({}, { fenceId: 'fence-2' }))
  await killed.outcome(fenceRecord())
  // A process that is killed closes its files.
  await killed.close()
  const next = await openJournal(file, () => 'now', 'agent')
  await next.intent(fenceRequest({}, { fenceId: 'fence-3' }))
  t.equal(await next.closeInterrupted(), 1)
  t.match(read().at(-1), {
    type: 'outcome',
    at: 'now',
    startedAt: 'then',
    fenceId: 'fence-2',
    requestId: 'request-1',
    vm: fenceRequest().vm,
    suspect: { addresses: ['192.0.2.7'] },
    verdict: 'qemuStillAlive',
    reason: 'interrupted',
  })
  await next.outcome(fenceRecord({ request: fenceRequest({}, { fenceId: 'fence-3' }) }))
  await next.close()
  const later = await openJournal(file, () => 'later', 'agent')
  t.equal(await later.closeInterrupted(), 0)
  await later.close()
})

test('an answer and the end of its delivery are on disk when they resolve; the next agent is told what is owed', async (t) => {
  const file = join(t.testdir({}), 'j')
  const journal = await openJournal(file, () => '2026-11-22T00:00:00.000Z', 'agent')
  t.same(journal.leftAnswers, [])
  const ask = { task: 't-1', url: 'http://10.0.0.1:8080/callback' }
  const [first, second] = ['fence-1', 'fence-2'].map((fenceId) =>
    fenceRequest({}, { fenceId, callback: ask }),
  )
  if (first === undefined || second === undefined) throw new Error('none')
  await journal.intent(first)
  await journal.intent(second)
  for (const subject of [first, second]) await journal.answer({ subject, ask, body: '{}' })
  t.match(readFileSync(file, 'utf8'), /"type":"answer".*\n.*"type":"answer".*\n$/)
  const part = { ask, end: 'delivered', said: 'answer', attempts: 1, status: 200, ms: 1 } as const
  await journal.delivery({ subject: first, ...part })
  t.match(readFileSync(file, 'utf8'), /"type":"delivery".*\n$/)
  await journal.close()
  const next = await openJournal(file, () => 'now', 'agent')
  t.match(next.leftAnswers, [
    {
      subject: { fenceId: 'fence-2' },
      ask,
      at: '2026-11-22T00:00:00.000Z',
      answer: { body: '{}' },
    },
  ])
  await next.close()
})

test('who watches is told of every record, on disk or not, and what stands in the way of the next', async (t) => {
  const file = join(t.testdir({}), 'journal')
  const told: (readonly [number, boolean])[] = []
  let nowMs = 0
  const journal = await openJournal(file, () => 'now', 'agent', {
    nowMs: () => (nowMs += 5),
    onWrite: (ms, isOnDisk) => told.push([ms, isOnDisk]),
  })
  await journal.intent(fenceRequest())
  t.same(await journal.faults(), [])
  await t.rejects(journal.intent(fenceRequest({ user: 'x'.repeat(2_000_000) })), /too long/)
  t.same(told, [
    [5, true],
    [5, false],
  ])
  rmSync(file)
  t.match(await journal.faults(), [/ENOENT/])
  await journal.close()
})
