import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { licencePage, readLicence } from '../../../packaging/make/licences.ts'

test('every licence file of a package, its name in both forms, and a text of ours for want of one', async (t) => {
  const folder = t.testdir({
    one: {
      'package.json': '{"name":"one","version":"1.0.0","license":"MIT"}',
      'LICENSE.md': 'may be used\n',
      NOTICE: 'by one\n',
      'license.js': 'not a text, and yet a name that fits',
    },
    two: {
      'package.json':
        '{"name":"@x/two","version":"2.0.0","licenses":[{"type":"MIT"},{"type":"ISC"}]}',
    },
    none: { 'package.json': '{"name":"none","version":"3.0.0","license":"MIT"}' },
    ours: { '@x-two.txt': 'as two says' },
  })
  const [one, two, none, ours] = ['one', 'two', 'none', 'ours'].map((name) => join(folder, name))
  const read = (from = '') => readLicence(from, ours ?? '')
  t.match(read(one), { of: 'one 1.0.0', name: 'MIT', text: /may be used\n\nby one/ })
  t.same(read(two), { of: '@x/two 2.0.0', name: 'MIT AND ISC', text: 'as two says' })
  t.throws(() => read(none), { message: 'none 3.0.0 brings no licence text' })
})

test('the page has our own text, that of the runtime, and each of the packages', async (t) => {
  const own = readFileSync('LICENSE', 'utf8')
  const page = licencePage(own, { version: '24.0.0', text: 'of the runtime' }, [
    { of: 'one 1.0.0', name: 'MIT', text: 'may be used' },
    { of: 'two 2.0.0', name: 'ISC', text: 'may be used, too' },
  ])
  for (const text of [own.trim(), 'of the runtime', 'may be used\n', 'may be used, too\n']) {
    t.ok(page.includes(text), text.slice(0, 40))
  }
  t.match(page, /^ {4}one 1\.0\.0 \(MIT\)\n {4}two 2\.0\.0 \(ISC\)$/m)
  t.match(page, 'Node.js 24.0.0')
})
