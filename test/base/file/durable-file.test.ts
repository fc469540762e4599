import {
  chmodSync,
  chownSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import {
  appendLine,
  makeFolder,
  readText,
  realFile,
  replaceText,
  withNewFile,
} from '../../../agent/base/file/durable-file.ts'

test('a link is written through', async (t) => {
  const folder = t.testdir({ real: 'a\n' })
  symlinkSync('real', join(folder, 'link'))
  t.equal(await realFile(join(folder, 'link')), join(folder, 'real'))
  t.equal(await realFile(join(folder, 'none')), join(folder, 'none'))
  symlinkSync('loop', join(folder, 'loop'))
  await t.rejects(realFile(join(folder, 'loop')), { code: 'ELOOP' })
})

test('a text is read up to its limit; none is empty, and a folder is none', async (t) => {
  const folder = t.testdir({ some: 'caf\u00e9', folder: {} })
  t.equal(await readText(join(folder, 'some'), 5), Buffer.from('café').toString('latin1'))
  t.equal(await readText(join(folder, 'some'), 4), undefined)
  t.equal(await readText(join(folder, 'none'), 5), '')
  await t.rejects(readText(join(folder, 'folder'), 8192), { code: 'EISDIR' })
  await t.rejects(readText(join(folder, 'some', 'below'), 5), { code: 'ENOTDIR' })
})

test('of a new file that finds no place nothing is left', async (t) => {
  const folder = t.testdir({})
  const made = withNewFile(
    join(folder, 'one'),
    async (handle) => {
      await handle.writeFile('text')
    },
    async () => await Promise.reject(new Error('no place')),
  )
  await t.rejects(made, /no place/)
  t.same(readdirSync(folder), [])
})

test('a folder is made once, one level deep', async (t) => {
  const folder = t.testdir({})
  await makeFolder(join(folder, 'one'))
  await makeFolder(join(folder, 'one'))
  t.equal(statSync(join(folder, 'one')).mode & 0o777, 0o700)
  await t.rejects(makeFolder(join(folder, 'two', 'three')), { code: 'ENOENT' })
})

test('a line is added behind a line without its end', async (t) => {
  const file = join(t.testdir({}), 'f')
  await appendLine(file, 'one')
  writeFileSync(file, 'cut', { flag: 'a' })
  await appendLine(file, 'two')
  t.equal(readFileSync(file, 'latin1'), 'one\ncut\ntwo\n')
  t.equal(statSync(file).mode & 0o777, 0o600)
})

test('a text is replaced whole, and keeps owner and mode', async (t) => {
  const folder = t.testdir({ f: 'old' })
  const file = join(folder, 'f')
  chmodSync(file, 0o640)
  if (process.getuid?.() === 0) chownSync(file, 12_345, 12_346)
  const { uid, gid, ino } = statSync(file)
  await replaceText(file, 'new\n')
  t.match(statSync(file), { uid, gid, mode: 0o100640 })
  t.not(statSync(file).ino, ino, 'another file in its place')
  t.equal(readFileSync(file, 'latin1'), 'new\n')
  await replaceText(join(folder, 'g'), 'fresh')
  t.equal(statSync(join(folder, 'g')).mode & 0o777, 0o600)
  t.strictSame(readdirSync(folder), ['f', 'g'], 'nothing is left beside it')
})

test('a text that cannot be put in its place leaves the old one and nothing beside it', async (t) => {
  const folder = t.testdir({})
  mkdirSync(join(folder, 'f'))
  await t.rejects(replaceText(join(folder, 'f'), 'new'), { code: 'EISDIR' })
  t.strictSame(readdirSync(folder), ['f'])
  symlinkSync('loop', join(folder, 'loop'))
  await t.rejects(replaceText(join(folder, 'loop'), 'new'), { code: 'ELOOP' })
})
