import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { test } from 'tap'
import { readVersion } from '../../agent/cli/version.ts'

test('the version is that of the package above', async (t) => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
  t.equal(readVersion(import.meta.url), version)
  const directory = t.testdir({ 'package.json': '{"version":"9.8.7"}', a: { b: {} } })
  t.equal(readVersion(pathToFileURL(join(directory, 'a', 'b', 'main.js'))), '9.8.7')
  t.equal(readVersion('file:///nowhere/at/all/main.js'), 'unknown')
})
