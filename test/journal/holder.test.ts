import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { openJournal } from '../../agent/journal/journal.ts'
import { fenceRequest } from '../fixtures/values/fence-records.ts'

const now = () => '2026-11-30T00:00:00.000Z'

test('a second agent does not start on a journal that is written, and says who has it', async (t) => {
  const file = join(t.testdir({}), 'journal')
  const first = await openJournal(file, now, 'agent')
  await first.intent(fenceRequest())
  const before = readFileSync(file, 'utf8')
  const held = new RegExp(
    `^the journal ${file} is held by another .pid ${process.pid}, peerfence serve, since 2026-11-30T00:00:00.000Z.; two agents`,
  )
  await t.rejects(openJournal(file, now, 'agent'), { message: held })
  await t.rejects(openJournal(file, now, 'stand-alone'), { message: /; ask that agent, without/ })
  t.equal(readFileSync(file, 'utf8'), before, 'and nothing was written')
  await first.close()
  const next = await openJournal(file, now, 'agent')
  t.equal(await next.closeInterrupted(), 1)
  await next.close()
})

test('fences without an agent write beside each other, and no agent starts beside them', async (t) => {
  const file = join(t.testdir({}), 'journal')
  const [one, other] = [
    await openJournal(file, now, 'stand-alone'),
    await openJournal(file, now, 'stand-alone'),
  ]
  await t.rejects(openJournal(file, now, 'agent'), {
    message: /a peerfence command with --stand-alone, since/,
  })
  await one.close()
  await other.close()
  const agent = await openJournal(file, now, 'agent')
  await agent.close()
})

test('the lock counts where the word of the holder is missing, garbled or cannot be written', async (t) => {
  const file = join(t.testdir({}), 'journal')
  mkdirSync(`${file}.holder`)
  const first = await openJournal(file, now, 'agent')
  await t.rejects(openJournal(file, now, 'agent'), { message: /left no word/ })
  await first.close()
  const other = join(t.testdir({}), 'journal')
  const second = await openJournal(other, now, 'agent')
  writeFileSync(`${other}.holder`, '\x1b[31m\n')
  await t.rejects(openJournal(other, now, 'agent'), { message: /left no word/ })
  await second.close()
})
