/**
 * Neither lintian nor rpmlint has anything to say that is not answered, with its reason, in a file.
 */
import { spawnSync } from 'node:child_process'
import { test } from 'tap'
import { arches, debOf, rpmOf } from '../../fixtures/values/packages.ts'

const said = (program: string, ...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  })
  return { status, text: `${stdout}${stderr}`.trim() }
}

test('lintian', { timeout: 180_000 }, async (t) => {
  const debs = arches.map(debOf)
  t.same(said('lintian', '--allow-root', '--fail-on', 'error,warning', ...debs), {
    status: 0,
    text: '',
  })
})

test('rpmlint', { timeout: 180_000 }, async (t) => {
  const { status, text } = said(
    'rpmlint',
    '--config',
    'packaging/rpm/rpmlint.toml',
    ...arches.map(rpmOf),
  )
  t.equal(status, 0, text)
  t.match(text, / 0 errors, 0 warnings/)
})
