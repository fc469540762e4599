import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'tap'
import { subcommands } from '../../../agent/cli/subcommands.ts'
import { deathProofs, doubts, silenceProofs } from '../../../agent/domain/verdict.ts'
import { manPage } from '../../../packaging/make/man-page.ts'
import { roff } from '../../../packaging/make/roff.ts'
import { manWarnings } from '../../fixtures/values/man.ts'

const template = readFileSync('packaging/common/peerfence.8', 'utf8')
const release = { version: '1.2.0', date: new Date('2026-11-25T19:13:00Z') }
const page = manPage(template, release, subcommands)

const sourcesOf = (folder: string): string =>
  execFileSync('grep', ['-rh', '', '--include=*.ts', folder], { encoding: 'utf8' })

test('it has every subcommand, option, and reason', async (t) => {
  t.match(page, '.TH PEERFENCE 8 "2026-11-25" "peerfence 1.2.0"')
  for (const { name, options } of subcommands) {
    t.ok(page.includes(`\n.SS ${roff(name)}\n`), name)
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

test('it has every variable that the agent reads', async (t) => {
  const names = [...sourcesOf('agent').matchAll(/'(PEERFENCE_[A-Z_]+|NO_COLOR)'/g)]
  t.ok(names.length > 3)
  for (const [, name = ''] of names) t.match(page, new RegExp(`^\\.B .*\\b${name}\\b`, 'm'))
})

test('an exit code after which the VM may be started does not run into another', async (t) => {
  const { about = '' } = subcommands.find(({ name }) => name === 'fence') ?? {}
  const rows = about.split('\n').filter((line) => /^ {12}\d |^after no other code/.test(line))
  t.equal(rows.length, 3)
  for (const row of rows) t.ok(page.includes(`\n.br\n${roff(row.trim())}\n`), row)
  t.notMatch(page, /^ /m, 'nothing of the layout of the help is left')
})

test('man reads it without a warning', { skip: manWarnings.skip }, async (t) => {
  const { stdout, stderr } = manWarnings.read(page)
  t.equal(stderr, '')
  t.match(stdout, /every-address-silent/)
})
