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
