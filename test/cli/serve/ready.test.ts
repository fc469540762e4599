import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'tap'
import type { Test } from 'tap'
import { loopback, openServer } from '../../fixtures/servers/agent-server.ts'
import { call } from '../../fixtures/worlds/command-line.ts'

/** A configuration that listens at these sockets. */
const configAt = (t: Test, ...names: readonly string[]) => {
  // Shorter than a directory of tap's: a socket's path has 107 bytes.
  const directory = mkdtempSync(join(tmpdir(), 'peerfence-'))
  t.teardown(() => {
    rmSync(directory, { recursive: true })
  })
  const paths = names.map((name) => join(directory, name))
  const file = join(directory, 'peerfence.json')
  const listeners = paths.map((path) => ({ at: `unix:${path}` }))
  writeFileSync(file, JSON.stringify({ http: { listeners } }))
  return { file, paths }
}
const open = async (path = '') =>
  await openServer().open([{ ...loopback, at: { kind: 'unix', path } }])

test('waits until every listener answers', async (t) => {
  const { file, paths } = configAt(t, 'one', 'two')
  const first = await open(paths[0])
  const ready = call(['ready', '--config', file])
  const second = await open(paths[1])
  t.same(await ready, { code: 0, out: '', err: '' })
  await second.close()
  const { code, err } = await call(['ready', '--config', file, '--wait-sec', '0'])
  t.equal(code, 69)
  t.equal(err, `peerfence: nothing answers at unix:${String(paths[1])}\n`)
  await first.close()
})

test('gives up in time', async (t) => {
  const { file } = configAt(t, 'nobody')
  const startedMs = performance.now()
  t.match(await call(['ready', '--config', file, '--wait-sec', '1']), { code: 69 })
  t.ok(performance.now() - startedMs >= 1000)
})

test('waits for no process that is gone', async (t) => {
  const { file } = configAt(t, 'nobody')
  const child = spawn('true')
  await once(child, 'exit')
  const startedMs = performance.now()
  const { code, err } = await call(['ready', '--config', file, '--pid', String(child.pid)])
  t.equal(code, 69)
  t.match(err, /nothing answers at .*, and the process is gone\n$/)
  t.ok(performance.now() - startedMs < 5000)
  for (const pid of [process.pid, 1, '']) {
    const waiting = ['ready', '--config', file, '--wait-sec', '0', '--pid', String(pid)]
    t.notMatch((await call(waiting)).err, 'is gone')
  }
})

test('wrong usage and a wrong configuration', async (t) => {
  const { file } = configAt(t, 'one')
  for (const wait of ['x', '-1', '1000', '1.5']) {
    t.match(await call(['ready', '--config', file, `--wait-sec=${wait}`]), { code: 64 }, wait)
  }
  for (const pid of ['0', '-1', 'x']) {
    t.match(await call(['ready', '--config', file, `--pid=${pid}`]), { code: 64 }, pid)
  }
  t.match(await call(['ready', '--config', `${file}.not-there`]), { code: 78 })
})
