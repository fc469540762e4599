import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'tap'
import { lockStaleMs, lockWaitMs, withLock } from '../../../agent/base/file/file-lock.ts'

const age = (path: string, ms: number): void => {
  const then = new Date(Date.now() - ms)
  utimesSync(path, then, then)
}

test('one at a time, and nothing is left behind', async (t) => {
  const folder = t.testdir({})
  const state = { inside: 0, most: 0 }
  const work = async (): Promise<string> => {
    state.inside += 1
    state.most = Math.max(state.most, state.inside)
    await sleep(5)
    state.inside -= 1
    return 'done'
  }
  const all = Array.from({ length: 10 }, () => withLock(join(folder, 'f'), work))
  t.strictSame(
    await Promise.all(all),
    Array.from({ length: 10 }, () => 'done'),
  )
  t.equal(state.most, 1)
  t.strictSame(readdirSync(folder), [])
})

test('work that fails gives the lock back', async (t) => {
  const file = join(t.testdir({}), 'f')
  await t.rejects(
    withLock(file, () => Promise.reject(new Error('planted'))),
    /planted/,
  )
  t.notOk(existsSync(`${file}.lock`))
})

test('a lock that is held is waited for, not for ever', async (t) => {
  const file = join(t.testdir({ 'f.lock': 'somebody' }), 'f')
  const startMs = performance.now()
  const got = await withLock(file, () => Promise.resolve('in'))
  t.equal(got, undefined)
  t.ok(performance.now() - startMs >= lockWaitMs)
  t.ok(existsSync(`${file}.lock`), 'it is still theirs')
})

test('a lock of a process that is gone is taken over, by one alone', async (t) => {
  for (const ms of [lockStaleMs + 1000, -lockStaleMs - 1000]) {
    const file = join(t.testdir({ 'f.lock': 'somebody' }), 'f')
    age(`${file}.lock`, ms)
    const state = { inside: 0, most: 0 }
    const work = async (): Promise<string> => {
      state.inside += 1
      state.most = Math.max(state.most, state.inside)
      await sleep(20)
      state.inside -= 1
      return 'in'
    }
    const both = await Promise.all([withLock(file, work), withLock(file, work)])
    t.strictSame(both, ['in', 'in'])
    t.equal(state.most, 1)
    t.notOk(existsSync(`${file}.lock`))
  }
})

test('who is overtaken while taking a lock over waits for the other', async (t) => {
  const file = join(t.testdir({ 'f.lock': 'somebody' }), 'f')
  age(`${file}.lock`, lockStaleMs + 1000)
  const got = withLock(file, () => Promise.resolve('in'))
  while (readFileSync(`${file}.lock`, 'latin1') === 'somebody') await sleep(1)
  writeFileSync(`${file}.lock`, 'another')
  await sleep(300)
  t.equal(readFileSync(`${file}.lock`, 'latin1'), 'another')
  unlinkSync(`${file}.lock`)
  t.equal(await got, 'in')
})

test('whoever lost the lock knows it, and leaves it to the other', async (t) => {
  const file = join(t.testdir({}), 'f')
  const word = await withLock(file, async ({ isOurs }) => {
    const before = await isOurs()
    writeFileSync(`${file}.lock`, 'another')
    return [before, await isOurs()]
  })
  t.strictSame(word, [true, false])
  t.ok(existsSync(`${file}.lock`))
})

test('where no lock can be made or read, it rejects', async (t) => {
  const folder = t.testdir({ 'g.lock': {} })
  await t.rejects(
    withLock(join(folder, 'no', 'f'), () => Promise.resolve(1)),
    { code: 'ENOENT' },
  )
  await t.rejects(
    withLock('/proc/f', () => Promise.resolve(1)),
    { code: 'ENOENT' },
  )
  age(join(folder, 'g.lock'), lockStaleMs + 1000)
  await t.rejects(
    withLock(join(folder, 'g'), () => Promise.resolve(1)),
    { code: 'EISDIR' },
  )
  t.strictSame(readdirSync(folder), ['g.lock'])
  symlinkSync('h.lock', join(folder, 'h.lock'))
  await t.rejects(
    withLock(join(folder, 'h'), () => Promise.resolve(1)),
    { code: 'ELOOP' },
  )
  const spoiled = withLock(join(folder, 'i'), async () => {
    unlinkSync(join(folder, 'i.lock'))
    mkdirSync(join(folder, 'i.lock'))
    return await Promise.resolve(1)
  })
  await t.rejects(spoiled, { code: 'EISDIR' })
})

test('a lock that vanished is nobody’s, and nothing to give back', async (t) => {
  const file = join(t.testdir({}), 'f')
  const word = await withLock(file, async ({ isOurs }) => {
    unlinkSync(`${file}.lock`)
    return await isOurs()
  })
  t.equal(word, false)
})
