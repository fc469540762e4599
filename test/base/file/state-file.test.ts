import { chmodSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { createState, readState, replaceState } from '../../../agent/base/file/state-file.ts'

test('what is not there, what is there, and what is too long', async (t) => {
  const folder = t.testdir({ state: 'abcd' })
  t.equal(await readState(join(folder, 'none'), 4), undefined)
  t.equal(await readState(join(folder, 'state'), 4), 'abcd')
  await t.rejects(readState(join(folder, 'state'), 3), /longer than 3 bytes/)
  await t.rejects(readState(folder, 1_000_000), { code: 'EISDIR' })
})

test('a file is replaced whole, for its owner alone, and nothing is left beside it', async (t) => {
  const folder = t.testdir({ state: 'old' })
  chmodSync(join(folder, 'state'), 0o644)
  await replaceState(join(folder, 'state'), 'new')
  t.equal(readFileSync(join(folder, 'state'), 'utf8'), 'new')
  t.equal(statSync(join(folder, 'state')).mode & 0o777, 0o600)
  t.same(readdirSync(folder), ['state'])
  await t.rejects(replaceState(join(folder, 'none', 'state'), 'x'), { code: 'ENOENT' })
})

test('a file that is there is not made anew', async (t) => {
  const folder = t.testdir({})
  const file = join(folder, 'state')
  t.same(
    (await Promise.all(['a', 'b', 'c'].map((text) => createState(file, text)))).filter(Boolean),
    [true],
    'of several at once one wins',
  )
  const kept = readFileSync(file, 'utf8')
  t.equal(await createState(file, 'd'), false)
  t.equal(readFileSync(file, 'utf8'), kept)
  t.same(readdirSync(folder), ['state'])
  writeFileSync(file, 'x')
  mkdirSync(join(folder, 'deep'))
  await t.rejects(createState(join(file, 'state'), 'x'), { code: 'ENOTDIR' })
})
