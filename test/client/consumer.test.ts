/**
 * A management plane of somebody else's that takes the client from the package: it compiles, and
 * runs.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'tap'

// Compiled tests lie two levels deeper than the sources.
const root = fileURLToPath(new URL('../../../', import.meta.url))

const program = `
import { askPeers } from 'peerfence/client'
import type { Advised, FenceQuestion } from 'peerfence/client'
import { parsePeer } from 'peerfence/client/peer'
import { judgeAnswer } from 'peerfence/client/answer'
import type { Judged } from 'peerfence/client/answer'

const question: FenceQuestion = { vmUuid: 'f'.repeat(32), targetHostIp: '192.0.2.7' }
const peer = parsePeer('unix:/nonexistent/peerfence.sock')
if (peer === undefined) throw new Error('no peer')
const advised: Advised = await askPeers(question, [peer], { quorum: 1 })
const judged: Judged = judgeAnswer(question, 200, '{}')
// A verdict is a union: whoever forgets a refusal does not compile.
const mayStart = (one: Advised): boolean => {
  switch (one.kind) {
    case 'start':
      return true
    case 'start-at-risk':
      return false
    case 'refuse':
      return one.why === (undefined as never)
  }
}
console.log(advised.kind, judged.kind, mayStart(advised))
`

test('the package’s client compiles and runs in a project of its own', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'peerfence-consumer-'))
  t.teardown(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  mkdirSync(join(folder, 'node_modules', '@types'), { recursive: true })
  symlinkSync(root, join(folder, 'node_modules', 'peerfence'))
  symlinkSync(join(root, 'node_modules/@types/node'), join(folder, 'node_modules/@types/node'))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  writeFileSync(join(folder, 'main.ts'), program)
  const strict = ['--strict', '--exactOptionalPropertyTypes', '--module', 'nodenext']
  // Without the environment of the test runner, which would load itself into these processes too.
  const bare = ['-i', `PATH=${process.env['PATH'] ?? ''}`, process.execPath]
  const run = (...args: readonly string[]) =>
    execFileSync('env', [...bare, ...args], { cwd: folder, encoding: 'utf8' })
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  t.equal(run(tsc, '--target', 'es2023', '--types', 'node', ...strict, 'main.ts'), '')
  t.equal(run('main.js'), 'refuse unclear false\n')
})
