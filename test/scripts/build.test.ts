// runs in a process of its own: it compiles, and others can run meanwhile
/**
 * A build is switched to at once: who runs from the last one goes on with it, and nothing of it is
 * left in the new one.
 */
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { realpathSync, rmSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { test } from 'tap'
import type { Test } from 'tap'

const run = promisify(execFile)
// Compiled tests lie one level deeper than the sources.
const root = fileURLToPath(new URL('../../../', import.meta.url))

/** A tree with two files to compile. */
const plantTree = (t: Test) => {
  const tree = t.testdir({
    agent: { 'main.ts': 'export const said = 1\n' },
    packaging: {},
    test: { 'one.test.ts': 'export const one = 1\n' },
  })
  for (const part of ['scripts/build', 'scripts/suspect', 'tsconfig.json', 'package.json']) {
    cpSync(join(root, part), join(tree, part), { recursive: true })
  }
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'))
  return {
    tree,
    at: (...parts: readonly string[]) => join(tree, ...parts),
    build: async (environment: object = {}) => {
      // What counts coverage loads itself into every Node below it, and a compiler that is a module
      // does not start under that.
      const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment }
      return await run('env', ['-u', 'NODE_OPTIONS', 'scripts/build'], { cwd: tree, env }).then(
        () => true,
        (fault: unknown) => {
          t.comment(String(fault))
          return false
        },
      )
    },
    /** Everything that is there of builds but the newest. */
    others: () =>
      readdirSync(tree).filter(
        (name) =>
          /^build\.(of|making|link)\./.test(name) && name !== readlinkSync(join(tree, 'build')),
      ),
  }
}

test('the next build takes over at once, and what runs from the last one keeps it', async (t) => {
  const { at, build } = plantTree(t)
  t.ok(await build())
  const last = realpathSync(at('build'))
  unlinkSync(at('test', 'one.test.ts'))
  writeFileSync(at('agent', 'main.ts'), 'export const said = 2\n')
  t.ok(await build())
  t.match(readFileSync(at('build', 'agent', 'main.js'), 'utf8'), 'said = 2')
  t.notOk(existsSync(at('build', 'test', 'one.test.js')), 'a test that was removed is gone')
  t.match(readFileSync(join(last, 'agent', 'main.js'), 'utf8'), 'said = 1')
  t.ok(existsSync(join(last, 'test', 'one.test.js')))
})

test('a build that would be the same changes nothing', async (t) => {
  const { at, build, others } = plantTree(t)
  t.ok(await build())
  const first = readlinkSync(at('build'))
  t.ok(await build())
  t.equal(readlinkSync(at('build')), first)
  t.same(others(), [])
})

test('what does not compile leaves the last build as it is', async (t) => {
  const { at, build, others } = plantTree(t)
  t.ok(await build())
  const first = readlinkSync(at('build'))
  writeFileSync(at('agent', 'main.ts'), "export const said: number = 'a word'\n")
  t.notOk(await build())
  t.equal(readlinkSync(at('build')), first)
  t.same(others(), [], 'and leaves nothing half made')
  t.notOk(await build({ PEERFENCE_BUILD_ANYWAY: '1' }), 'unless it is wanted, as mutants are')
  t.match(readFileSync(at('build', 'agent', 'main.js'), 'utf8'), 'a word')
})

test('of builds at once each is whole, and one of them is the newest', async (t) => {
  const { at, build } = plantTree(t)
  const isWhole = () =>
    existsSync(at('build', 'agent', 'main.js')) && existsSync(at('build', 'package.json'))
  t.same(await Promise.all([build(), build(), build()]), [true, true, true])
  t.ok(isWhole())
  writeFileSync(at('agent', 'main.ts'), 'export const said = 2\n')
  let looks = 0
  const looking = setInterval(() => {
    looks += 1
    if (!isWhole()) t.fail(`there was no whole build at look ${looks}`)
  }, 1)
  t.same(await Promise.all([build(), build()]), [true, true])
  clearInterval(looking)
  t.ok(looks > 10)
})

test('what was replaced long ago is removed, and neither the newest nor the packages', async (t) => {
  const { at, build, others } = plantTree(t)
  t.ok(await build())
  const first = realpathSync(at('build'))
  const longAgo = Date.now() / 1000 - 86_400
  utimesSync(first, longAgo, longAgo)
  mkdirSync(at('build', 'packages', 'tree'))
  t.ok(await build())
  t.ok(existsSync(first), 'it is old, and the newest')
  writeFileSync(at('agent', 'main.ts'), 'export const said = 2\n')
  t.ok(await build())
  t.ok(existsSync(first), 'it was in use a moment ago')
  utimesSync(first, longAgo, longAgo)
  t.ok(await build())
  t.same(others(), [])
  t.ok(existsSync(at('build', 'packages', 'tree')))
})

test('a folder of an older way to build makes room', async (t) => {
  const { at, build } = plantTree(t)
  mkdirSync(at('build', 'agent'), { recursive: true })
  writeFileSync(at('build', 'agent', 'old.js'), '')
  t.ok(await build())
  t.notOk(existsSync(at('build', 'agent', 'old.js')))
  rmSync(at('build'))
})
