import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { openJournal } from '../../agent/journal/journal.ts'
import { fenceRecord, fenceRequest } from '../fixtures/fence-records.ts'

test('intent and outcome are on disk when they resolve', async (t) => {
  const file = join(t.testdir({}), 'j')
  const journal = await openJournal(file, () => 'now')
  const read = () =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown)
  await journal.intent(fenceRequest())
  t.match(read(), [{ type: 'intent', at: 'now', fenceId: 'fence-1' }])
  await journal.outcome(fenceRecord())
  t.match(read(), [{ type: 'intent' }, { type: 'outcome', at: 'now', because: 'destroyed' }])
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
  const killed = await openJournal(file, () => 'then')
  await killed.intent(fenceRequest())
  await killed.intent(fenceRequest({}, { fenceId: 'fence-2' }))
  await killed.outcome(fenceRecord())
  const next = await openJournal(file, () => 'now')
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
    verdict: 'still-alive',
    because: 'interrupted',
  })
  await next.outcome(fenceRecord({ request: fenceRequest({}, { fenceId: 'fence-3' }) }))
  await next.close()
  const later = await openJournal(file, () => 'later')
  t.equal(await later.closeInterrupted(), 0)
  await later.close()
  await killed.close()
})
