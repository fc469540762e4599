import { readFileSync } from 'node:fs'
import { test } from 'tap'
import { debianChangelog, readReleases, rpmChangelog } from '../../../packaging/make/changelogs.ts'

const committed = new Date('2026-11-25T19:13:00Z')
const page = (unreleased: string, ...released: readonly string[]): string =>
  [
    '# Changelog\n',
    `## Unreleased\n${unreleased}`,
    ...released.map((one) => `## ${one}\n\n- x\n`),
  ].join('\n')

test('what is to come, and what was released', async (t) => {
  const open = readReleases(
    page('\n- new\n', '1.1.0 (2026-10-01)', '1.0.0 (2026-09-30)'),
    '1.2.0',
    committed,
  )
  t.same(
    open.map(({ version, date }) => `${version} ${date.toISOString()}`),
    [
      '1.2.0 2026-11-25T19:13:00.000Z',
      '1.1.0 2026-10-01T00:00:00.000Z',
      '1.0.0 2026-09-30T00:00:00.000Z',
    ],
  )
  const closed = readReleases(page('', '1.1.0 (2026-10-01)'), '1.1.0', committed)
  t.same(
    closed.map(({ version }) => version),
    ['1.1.0'],
  )
})

test('where changelog and version disagree nothing is built', async (t) => {
  const rows = [
    [
      'a version that is out gets a change',
      page('\n- new\n', '1.1.0 (2026-10-01)'),
      '1.1.0',
      /is released/,
    ],
    [
      'a version that nobody wrote about',
      page('', '1.1.0 (2026-10-01)'),
      '1.2.0',
      /knows no version/,
    ],
    ['nothing at all', page(''), '1.2.0', /knows no version/],
    ['a heading without a date', page('\n- x\n', '1.1.0'), '1.2.0', /"1\.1\.0" is not of the form/],
    [
      'no place for what is to come',
      '# Changelog\n\n## 1.1.0 (2026-10-01)\n',
      '1.1.0',
      /Unreleased/,
    ],
  ] as const
  for (const [title, text, version, message] of rows) {
    t.throws(() => readReleases(text, version, committed), { message }, title)
  }
})

test('our own changelog and version agree', async (t) => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
  const [newest] = readReleases(readFileSync('CHANGELOG.md', 'utf8'), version, committed)
  t.equal(newest?.version, version)
})

test('the forms of Debian and of rpm', async (t) => {
  const releases = [
    { version: '1.2.0', date: committed },
    { version: '1.1.0', date: new Date('2026-10-01T00:00:00Z') },
  ]
  const by = 'somebody <somebody@example.org>'
  t.equal(
    debianChangelog(releases, by),
    `peerfence (1.2.0-1) unstable; urgency=medium

  * Version 1.2.0; /usr/share/doc/peerfence has its changelog.

 -- somebody <somebody@example.org>  Wed, 25 Nov 2026 19:13:00 +0000

peerfence (1.1.0-1) unstable; urgency=medium

  * Version 1.1.0; /usr/share/doc/peerfence has its changelog.

 -- somebody <somebody@example.org>  Thu, 01 Oct 2026 00:00:00 +0000
`,
  )
  t.equal(
    rpmChangelog(releases, by),
    `* Wed Nov 25 2026 somebody <somebody@example.org> - 1.2.0-1
- Version 1.2.0; /usr/share/doc/peerfence has its changelog.

* Thu Oct 01 2026 somebody <somebody@example.org> - 1.1.0-1
- Version 1.1.0; /usr/share/doc/peerfence has its changelog.
`,
  )
})
