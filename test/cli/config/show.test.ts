import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { loadConfig } from '../../../agent/config/load.ts'
import { call } from '../../fixtures/worlds/command-line.ts'

test('every setting is shown with its origin, and what is shown loads as the same', async (t) => {
  const folder = t.testdir({
    'c.json': '{ "http": { "listeners": [{ "at": "127.0.0.1:1" }] },\n "shutdownGraceSec": 7 }',
    'c.d': { 'a.json': '{\n "suspects": { "networks": ["10.0.0.0/8"] } }' },
  })
  const file = join(folder, 'c.json')
  const args = ['config', 'show', '--config', file, '--log-level', 'warn']
  const { code, out, err } = await call(args)
  t.match({ code, err }, { code: 0, err: '' })
  for (const line of [
    `    "listeners": [{"at":"127.0.0.1:1"}], # ${file}:1:26`,
    `    "networks": ["10.0.0.0/8"], # ${join(folder, 'c.d', 'a.json')}:2:28`,
    '    "holdMs": 300, # default',
    '    "level": "warn", # --log-level or PEERFENCE_LOG_LEVEL',
    `  "shutdownGraceSec": 7, # ${file}:2:22`,
  ]) {
    t.ok(out.split('\n').includes(line), `${line}\n${out}`)
  }
  const again = join(folder, 'again.json')
  writeFileSync(again, out)
  const [one, other] = [await loadConfig(file, { logLevel: 'warn' }), await loadConfig(again, {})]
  if (one.kind === 'faulty' || other.kind === 'faulty') throw new Error('faulty')
  t.strictSame(other.config, one.config)
})

test('a configuration with faults is not shown', async (t) => {
  const file = join(t.testdir({ 'c.json': '{"x":1}' }), 'c.json')
  t.match(await call(['config', 'show', '--config', file]), { code: 78, out: '', err: /\/x/ })
})
