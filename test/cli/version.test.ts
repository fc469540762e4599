import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { test } from 'tap'
import { readRelease, versionLine } from '../../agent/cli/version.ts'

test('the version is that of the package above', async (t) => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
  t.equal(readRelease(import.meta.url).version, version)
  const directory = t.testdir({
    'package.json': '{"version":"9.8.7","build":"commit 0123456789ab"}',
    a: { b: {} },
    bare: { 'package.json': '{"version":"9.8.7"}' },
  })
  const of = (...names: readonly string[]) =>
    readRelease(pathToFileURL(join(directory, ...names, 'main.js')))
  t.same(of('a', 'b'), { version: '9.8.7', build: 'commit 0123456789ab' })
  t.same(of('bare'), { version: '9.8.7', build: 'a checkout' })
  t.same(readRelease('file:///nowhere/at/all/main.js'), { version: 'unknown', build: 'unknown' })
})

test('the line for people names version, commit and runtime', async (t) => {
  t.equal(
    versionLine({ version: '9.8.7', build: 'commit 0123456789ab' }, 'v24.21.0'),
    'peerfence 9.8.7 (commit 0123456789ab, Node.js 24.21.0)',
  )
})
