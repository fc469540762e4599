/** The operator's page, compared with what it tells of. */
import { readFileSync } from 'node:fs'
import { test } from 'tap'
import { subcommands } from '../../agent/cli/subcommands.ts'
import { parseConfig } from '../../agent/config/load.ts'
import { deathProofs, doubts, silenceProofs } from '../../agent/domain/verdict.ts'
import { plan } from '../fixtures/values/packages.ts'

const page = readFileSync('packaging/README.md', 'utf8')

test('every reason to refuse has its row, and no other', async (t) => {
  const [, section = ''] = /By reason:\n([^]*?)\n## /.exec(page) ?? []
  const words = section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)])
    .map(([, word = '']) => word)
  t.same(words.toSorted(), [...doubts].toSorted())
  for (const word of [...deathProofs, ...silenceProofs]) t.ok(section.includes(`\`${word}\``), word)
})

/** What the first installation and the agent make, and folders. */
const made = new Set([
  '/etc/peerfence',
  '/var/lib/peerfence',
  '/usr/share/doc/peerfence/monitoring',
  ...['ssh_key', 'ssh_key.pub', 'client-token', 'tokens', 'next-steps.txt'].map(
    (name) => `/etc/peerfence/${name}`,
  ),
  '/var/lib/peerfence/journal.jsonl',
  '/var/lib/peerfence/journal.jsonl.1',
  '/var/lib/peerfence/journal.jsonl.holder',
  '/var/lib/peerfence/known_hosts',
  '/var/lib/peerfence/known_hosts.confirmed',
  '/run/peerfence/peerfence.sock',
  '/run/peerfence-quarantine',
  '/etc/libvirt/hooks/qemu.d/peerfence',
])

test('every path is one of the packages, or is made', async (t) => {
  const installed = new Set(plan().map(({ path }) => path))
  const paths = [...page.matchAll(/`(\/(?:etc|usr|var|run)\/[^` ]*peerfence[^` ]*)`/g)]
  t.ok(paths.length > 15)
  for (const [, path = ''] of paths) t.ok(installed.has(path) || made.has(path), path)
})

test('every subcommand is one, but for the doctor, who is on his way', async (t) => {
  const names = new Set(subcommands.map(({ name }) => name))
  const called = [...page.matchAll(/(?:^ {4}|`|&& )peerfence ([a-z]+(?: [a-z]+)?)/gm)]
  t.ok(called.length > 5)
  for (const [, words = ''] of called) {
    const [first = ''] = words.split(' ')
    t.ok(names.has(words) || names.has(first) || first === 'doctor', words)
  }
})

test('its configurations load', async (t) => {
  const blocks = [...page.matchAll(/^ {4}(\{[^]*?\})\n\n/gm)]
  t.ok(blocks.length > 0)
  for (const [, block = ''] of blocks) {
    t.match(parseConfig(JSON.parse(block), {}), { kind: 'loaded' }, block)
  }
})

test('it names the score that is measured', async (t) => {
  const unit = readFileSync('test/packaging/unit.test.ts', 'utf8')
  const [, score = ''] = /security peerfence +# (\S+), OK/.exec(page) ?? []
  t.match(unit, `/** ${score} of 10 `)
})
