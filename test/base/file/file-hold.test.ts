import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants, linkSync, symlinkSync } from 'node:fs'
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'tap'
import type { Test } from 'tap'
import { holdFile } from '../../../agent/base/file/file-hold.ts'

const opened = async (t: Test, file: string, flags = 'a'): Promise<FileHandle> => {
  const handle = await open(file, flags)
  t.teardown(async () => {
    await handle.close().catch(() => undefined)
  })
  return handle
}

test('one holds a file alone, under every name of it, until it closes', async (t) => {
  const folder = t.testdir({ file: '' })
  const file = join(folder, 'file')
  linkSync(file, join(folder, 'hard'))
  symlinkSync('file', join(folder, 'soft'))
  const holder = await opened(t, file)
  t.equal(await holdFile(holder.fd, 'alone'), true)
  for (const name of ['file', 'hard', 'soft']) {
    const other = await opened(t, join(folder, name))
    t.equal(await holdFile(other.fd, 'alone'), false, name)
    t.equal(await holdFile(other.fd, 'together'), false, name)
  }
  await holder.close()
  const next = await opened(t, file)
  t.equal(await holdFile(next.fd, 'alone'), true)
})

test('several hold a file together, and nobody alone beside them', async (t) => {
  const file = join(t.testdir({ file: '' }), 'file')
  const [one, other] = [await opened(t, file), await opened(t, file)]
  t.equal(await holdFile(one.fd, 'together'), true)
  t.equal(await holdFile(other.fd, 'together'), true)
  t.equal(await holdFile((await opened(t, file)).fd, 'alone'), false)
})

test('a holder that is killed holds nothing any more', async (t) => {
  const file = join(t.testdir({ file: '' }), 'file')
  const child = spawn('flock', ['-n', '-x', file, '-c', 'echo held; read -r _'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  })
  await once(child.stdout, 'data')
  const { fd } = await opened(t, file)
  t.equal(await holdFile(fd, 'alone'), false)
  process.kill(-(child.pid ?? 0), 'SIGKILL')
  await once(child, 'close')
  t.equal(await holdFile(fd, 'alone'), true)
})

test('what cannot be locked is no lock', async (t) => {
  // A descriptor that only names a path takes no lock.
  const { O_PATH = 0o10000000 } = constants as { readonly O_PATH?: number }
  const handle = await open(t.testdir({ file: '' }), O_PATH)
  await t.rejects(holdFile(handle.fd, 'alone'), { message: /flock .of util-linux. did not lock/ })
  await handle.close()
})
