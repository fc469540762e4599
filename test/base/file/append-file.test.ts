import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { AppendFile, openAppendFile } from '../../../agent/base/file/append-file.ts'
import type { Disk } from '../../../agent/base/file/append-file.ts'

test('what was appended is on disk, for the owner alone', async (t) => {
  const directory = join(t.testdir({}), 'new')
  const file = join(directory, 'j')
  const lines = await openAppendFile(file)
  await lines.append('one\n')
  t.equal(readFileSync(file, 'utf8'), 'one\n')
  await lines.append('two\n')
  await lines.close()
  t.equal(readFileSync(file, 'utf8'), 'one\ntwo\n')
  t.equal(statSync(file).mode & 0o777, 0o600)
  t.equal(statSync(directory).mode & 0o777, 0o700)
})

test('an old file is continued, and a torn last line is closed', async (t) => {
  const rows: readonly (readonly [string, string, string])[] = [
    ['an empty file', '', 'new\n'],
    ['a whole file', 'old\n', 'old\nnew\n'],
    ['a torn file', 'old\n{"to', 'old\n{"to\nnew\n'],
  ]
  for (const [title, before, after] of rows) {
    const file = join(t.testdir({}), 'j')
    writeFileSync(file, before)
    const lines = await openAppendFile(file)
    await lines.append('new\n')
    await lines.close()
    t.equal(readFileSync(file, 'utf8'), after, title)
  }
})

test('two writers of one file do not overwrite each other', async (t) => {
  const file = join(t.testdir({}), 'j')
  const [a, b] = [await openAppendFile(file), await openAppendFile(file)]
  await a.append('a\n')
  await b.append('b\n')
  await a.append('c\n')
  await a.close()
  await b.close()
  t.equal(readFileSync(file, 'utf8'), 'a\nb\nc\n')
})

test('what cannot be opened rejects', async (t) => {
  const directory = t.testdir({ file: '' })
  mkdirSync(join(directory, 'd'))
  await t.rejects(openAppendFile(join(directory, 'd')), { code: 'EISDIR' })
  await t.rejects(openAppendFile(join(directory, 'file', 'j')))
  await t.rejects(openAppendFile('/dev/null'), /not a regular file/)
})

/** A disk that counts, and that does what it is told at each write and sync. */
const madeDisk = () => {
  const written: string[] = []
  const waiting: (() => void)[] = []
  const plan = { write: 'whole', sync: 'now' } as {
    write: 'whole' | 'short' | 'fail'
    sync: 'now' | 'held' | 'fail' | 'odd'
  }
  const state = { syncs: 0, closed: false }
  const disk = {
    write: async (bytes: Buffer) => {
      if (plan.write === 'fail') throw new Error('EIO')
      const length = plan.write === 'short' ? bytes.length - 1 : bytes.length
      written.push(bytes.subarray(0, length).toString())
      return await Promise.resolve({ bytesWritten: length, buffer: bytes })
    },
    datasync: async () => {
      state.syncs += 1
      if (plan.sync === 'fail') throw new Error('EIO')
      // oxlint-disable-next-line typescript/only-throw-error -- not even an error
      if (plan.sync === 'odd') throw 'odd'
      if (plan.sync === 'held') {
        await new Promise<void>((resolve) => {
          waiting.push(resolve)
        })
      }
    },
    close: async () => {
      state.closed = true
      await Promise.resolve()
    },
  } as unknown as Disk
  const release = (): void => {
    for (const resolve of waiting.splice(0)) resolve()
  }
  return { disk, plan, state, written, release, waiting }
}

/** Lets every microtask that is due run. */
const turn = async (): Promise<void> => {
  await new Promise((resolve) => {
    setImmediate(resolve)
  })
}

test('lines that arrive while the disk is busy share the next sync', async (t) => {
  const { disk, plan, state, written, release } = madeDisk()
  const lines = new AppendFile(disk)
  plan.sync = 'held'
  let resolved = 0
  const append = async (line: string): Promise<void> => {
    await lines.append(line)
    resolved += 1
  }
  const all = [append('1\n')]
  await turn()
  all.push(append('2\n'), append('3\n'), append('4\n'))
  await turn()
  t.equal(resolved, 0, 'nothing is resolved before its sync')
  release()
  await turn()
  t.equal(resolved, 1, 'the first sync is for the first line only')
  release()
  await Promise.all(all)
  t.same(written, ['1\n', '2\n3\n4\n'])
  t.equal(state.syncs, 2)
})

test('a disk that fails rejects every line of the batch, and the next line is whole', async (t) => {
  const rows = [
    ['a failed write', { write: 'fail', sync: 'now' }, /EIO/],
    ['a short write', { write: 'short', sync: 'now' }, /short write/],
    ['a failed sync', { write: 'whole', sync: 'fail' }, /EIO/],
    ['a failure that is no error', { write: 'whole', sync: 'odd' }, /disk failed/],
  ] as const
  for (const [title, failing, message] of rows) {
    const { disk, plan, written } = madeDisk()
    const lines = new AppendFile(disk)
    Object.assign(plan, failing)
    const outcomes = await Promise.allSettled([lines.append('1\n'), lines.append('2\n')])
    for (const outcome of outcomes) t.match(outcome, { status: 'rejected', reason: message }, title)
    Object.assign(plan, { write: 'whole', sync: 'now' })
    await lines.append('3\n')
    t.match(`\n${written.join('')}`, /\n3\n$/, `${title}: the next line stands alone`)
  }
})

test('closing waits for what was appended', async (t) => {
  const { disk, plan, state, release, waiting } = madeDisk()
  const lines = new AppendFile(disk)
  plan.sync = 'held'
  const appended = lines.append('1\n')
  const closed = lines.close()
  await turn()
  t.equal(waiting.length, 1)
  t.notOk(state.closed)
  release()
  await appended
  await closed
  t.ok(state.closed)
})

test('a line that is too long, and a disk that has stopped, reject at once', async (t) => {
  const { disk, plan, release } = madeDisk()
  const lines = new AppendFile(disk)
  await t.rejects(lines.append('x'.repeat(1024 * 1024 + 1)), /too long/)
  plan.sync = 'held'
  const all = [lines.append('1\n')]
  await turn()
  for (let count = 0; count < 8192; count += 1) all.push(lines.append('x\n'))
  await t.rejects(lines.append('x\n'), /too many lines/)
  plan.sync = 'now'
  release()
  await Promise.all(all)
})
