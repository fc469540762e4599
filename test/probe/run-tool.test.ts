// runs in a process of its own: it changes the environment
import { ChildProcess } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import type { Test } from 'tap'
import { createRunTool, systemTools } from '../../agent/probe/run-tool.ts'

/** A directory with a `ping` of our own. */
const toolsWith = (t: Test, script: string) => {
  const folder = t.testdir({})
  const file = join(folder, 'ping')
  writeFileSync(file, `#!/bin/sh\n${script}\n`)
  chmodSync(file, 0o755)
  return createRunTool({ prefix: [], searchPath: `${folder}:/usr/bin:/bin` })
}
const catchesTerm = 'trap "exit 1" TERM; sleep 3 >/dev/null 2>&1 & wait'
const never = () => new AbortController().signal

test('the output and the code of a tool that ended', async (t) => {
  const run = toolsWith(t, 'printf "%s|" "$@"; echo oops >&2; exit 3')
  t.same(await run('ping', ['a b', '$(id)'], 5000, never()), {
    kind: 'exited',
    code: 3,
    stdout: 'a b|$(id)|',
    stderr: 'oops',
  })
})

test('a tool sees nothing of our environment and an empty input', async (t) => {
  process.env['PEERFENCE_TEST_SECRET'] = 'planted-in-the-environment'
  t.teardown(() => delete process.env['PEERFENCE_TEST_SECRET'])
  const end = await toolsWith(t, 'env; cat; echo end')('ping', [], 5000, never())
  const text = end.kind === 'exited' ? end.stdout : ''
  t.match(text, /^LC_ALL=C$/m)
  t.match(text, /end$/)
  t.notMatch(text, /planted-in-the-environment/)
  t.notMatch(text, /^HOME=/m)
})

test('a missing tool was not started', async (t) => {
  const run = createRunTool({ prefix: [], searchPath: t.testdir({}) })
  t.same(await run('ping', [], 5000, never()), { kind: 'not-started' })
})

test('an argument that no argv can hold was not started', async (t) => {
  t.same(await createRunTool(systemTools)('ip', ['\0'], 5000, never()), { kind: 'not-started' })
})

test('tools that end with one signal are no leak, and nobody is warned of one', async (t) => {
  const warnings: string[] = []
  const note = ({ name }: Error): void => void warnings.push(name)
  process.on('warning', note)
  t.teardown(() => process.off('warning', note))
  const [run, shared] = [toolsWith(t, 'exit 0'), never()]
  const ends = await Promise.all(
    Array.from({ length: 12 }, async () => await run('ping', [], 5000, shared)),
  )
  await new Promise((resolve) => setImmediate(resolve))
  t.ok(ends.every(({ kind }) => kind === 'exited'))
  t.same(warnings, [])
})

test('what takes too long, is killed, or says too much is cut off', async (t) => {
  const cut = { kind: 'cut-off' }
  t.same(await toolsWith(t, 'exec sleep 5')('ping', [], 100, never()), cut, 'time')
  t.same(
    await toolsWith(t, 'trap "" TERM; exec sleep 5')('ping', [], 100, never()),
    cut,
    'time, deaf',
  )
  t.same(
    await toolsWith(t, 'sleep 5 & exit 1')('ping', [], 100, never()),
    cut,
    'a child holds the output open',
  )
  t.same(await toolsWith(t, catchesTerm)('ping', [], 100, never()), cut, 'time, with a code')
  t.same(await toolsWith(t, 'kill -9 $$')('ping', [], 5000, never()), cut, 'killed')
  t.same(await toolsWith(t, 'exec yes')('ping', [], 5000, never()), cut, 'output')
})

test('it ends at once when the signal aborts', async (t) => {
  const abort = new AbortController()
  const running = toolsWith(t, 'exec sleep 5')('ping', [], 60_000, abort.signal)
  abort.abort()
  t.same(await running, { kind: 'cut-off' })
  t.same(
    await toolsWith(t, 'exit 1')('ping', [], 5000, abort.signal),
    { kind: 'cut-off' },
    'aborted before',
  )
})

test('what never started is not killed, whenever the signal aborts', async (t) => {
  const killed = t.capture(ChildProcess.prototype, 'kill', () => false)
  const run = createRunTool({ prefix: [], searchPath: t.testdir({}) })
  const aborted = new AbortController()
  aborted.abort()
  t.same(await run('ipset', [], 5000, aborted.signal), { kind: 'cut-off' })
  for (const ticks of [0, 1, 2, 3, 5]) {
    const abort = new AbortController()
    const running = run('ipset', [], 5000, abort.signal)
    for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve()
    abort.abort()
    t.same(await running, { kind: 'cut-off' })
  }
  t.same(killed(), [])
})

test('a prefix stands before the tool', async (t) => {
  const run = createRunTool({ prefix: ['printf', '%s,'], searchPath: '/usr/bin:/bin' })
  const end = await run('ip', ['-j'], 5000, never())
  t.match(end, { kind: 'exited', code: 0, stdout: 'ip,-j,' })
})
