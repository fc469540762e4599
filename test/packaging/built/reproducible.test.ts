/** The same commit gives the same bytes, wherever and whenever and as whom it is built. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'tap'
import { nextDeb, nextRpm } from '../../fixtures/values/packages.ts'

const run = (program: string, args: readonly string[], options: object = {}): string =>
  execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], ...options })

test('a copy of the tree is built to the same packages', { timeout: 300_000 }, async (t) => {
  // Links instead of copies, which need the same file system.
  const copy = resolve('build', 'packages', 'copy')
  rmSync(copy, { recursive: true, force: true })
  mkdirSync(copy, { recursive: true })
  t.teardown(() => {
    rmSync(copy, { recursive: true, force: true })
  })
  const listed = run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'])
  run('xargs', ['-0', 'cp', '--parents', '--target-directory', copy], {
    input: listed,
    stdio: 'pipe',
  })
  run('cp', ['-al', 'node_modules', copy])
  const gitDirectory = run('git', ['rev-parse', '--absolute-git-dir']).trim()
  const build = [
    'scripts/package',
    '--out',
    'elsewhere',
    '--trial',
    '99.0.0',
    '--level',
    '0',
    'x86_64',
  ]
  // Without the environment of the test runner, which would load itself into every Node below.
  const environment = [
    `PATH=${process.env['PATH'] ?? ''}`,
    // npm's settings and its cache.
    `HOME=${process.env['HOME'] ?? ''}`,
    'USER=somebody',
    'TZ=Asia/Tokyo',
    'LC_ALL=C.UTF-8',
    `GIT_DIR=${gitDirectory}`,
    `GIT_WORK_TREE=${copy}`,
  ]
  const shell = ['bash', '-c', `umask 077; exec ${build.join(' ')}`]
  run('env', ['-i', ...environment, ...shell], { cwd: copy })
  const names = readdirSync(join(copy, 'elsewhere'))
  for (const file of [nextDeb(), nextRpm()]) {
    const name = file.replace(/^.*\//, '')
    t.ok(names.includes(name), name)
    t.equal(run('cmp', [file, join(copy, 'elsewhere', name)]), '', `cmp ${name}`)
  }
})
