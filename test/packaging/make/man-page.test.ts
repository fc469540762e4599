import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'tap'
import { subcommands } from '../../../agent/cli/subcommands.ts'
import { deathProofs, doubts, silenceProofs } from '../../../agent/domain/verdict.ts'
import { manPage, roff } from '../../../packaging/make/man-page.ts'

const template = readFileSync('packaging/common/peerfence.8', 'utf8')
const release = { version: '1.2.0', date: new Date('2026-11-25T19:13:00Z') }
const page = manPage(template, release, subcommands)

test('it has every subcommand, option, and reason', async (t) => {
  t.match(page, '.TH PEERFENCE 8 "2026-11-25" "peerfence 1.2.0"')
  for (const { name, options } of subcommands) {
    t.ok(page.includes(`\n.SS ${name}\n`), name)
    for (const option of Object.keys(options)) t.ok(page.includes(`\\-\\-${roff(option)}`), option)
  }
  for (const word of [...deathProofs, ...silenceProofs, ...doubts]) {
    t.ok(page.includes(`\n.B ${roff(word)}\n`), word)
  }
  t.notMatch(page, /@[A-Z]+@/)
})

test('it has every exit code', async (t) => {
  const codes = readFileSync('agent/cli/exit-code.ts', 'utf8').matchAll(/: (\d+),$/gm)
  for (const [, code] of codes) t.match(page, `\n.B ${String(code)}\n`)
})

test('nothing of a text is taken for a request, and a part that is not known is a fault', async (t) => {
  t.equal(roff(".so it begins\n'tis a-b\\c"), "\\&.so it begins\n\\&'tis a\\-b\\ec")
  t.throws(() => manPage('@NOTHING@', release, subcommands), /no part @NOTHING@/)
})

const isWithMan = spawnSync('man', ['--version']).status === 0
test('man reads it without a warning', { skip: !isWithMan && 'needs man(1)' }, async (t) => {
  const args = ['--warnings=w', '--encoding=utf8', '--local-file', '-']
  const { stdout, stderr } = spawnSync('man', args, {
    input: page,
    encoding: 'utf8',
    env: { ...process.env, MANWIDTH: '100', LC_ALL: 'C.UTF-8' },
  })
  t.equal(stderr, '')
  t.match(stdout, /every-address-silent/)
})
