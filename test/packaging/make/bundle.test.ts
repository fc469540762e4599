import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'tap'
import type { Test } from 'tap'
import { bundle } from '../../../packaging/make/bundle.ts'

const newDirectory = (t: Test): string => {
  const directory = mkdtempSync(join(tmpdir(), 'peerfence-bundle-'))
  t.teardown(() => {
    rmSync(directory, { recursive: true })
  })
  return directory
}

test('the same tree gives the same bytes wherever it lies, out of nothing but what is named', async (t) => {
  const directory = newDirectory(t)
  const { packages } = await bundle(process.cwd(), join(directory, 'one.cjs'))
  for (const name of ['fastify', 'ssh2', 'pino', 'ajv', 'execa']) {
    t.ok(packages.includes(`node_modules/${name}`), name)
  }
  const elsewhere = join(directory, 'elsewhere')
  for (const part of ['build/package.json', 'build/agent', ...packages]) {
    cpSync(part, join(elsewhere, part), { recursive: true })
  }
  const again = await bundle(elsewhere, join(directory, 'two.cjs'))
  t.same(again.packages, packages)
  t.ok(readFileSync(join(directory, 'one.cjs')).equals(readFileSync(join(directory, 'two.cjs'))))
})

test('nothing is looked for on the host but what Node itself has', async (t) => {
  const file = join(newDirectory(t), 'main.cjs')
  await bundle(process.cwd(), file)
  const text = readFileSync(file, 'utf8')
  t.match(text, /^'use strict';\n/, 'as strict as the modules that it is made of')
  const required = [...text.matchAll(/\brequire\(["']([^"']+)["']\)/g)].map(([, name = '']) => name)
  t.ok(required.length > 10)
  const foreign = [...new Set(required)].filter((name) => !isBuiltin(name))
  t.same(foreign.toSorted(), inTextsOfCode)
  t.notMatch(text, /\bimport\.meta\b/)
})

/** In code that ajv and fast-json-stringify make as text, for others to write to files. */
const inTextsOfCode = [
  'ajv-formats/dist/formats',
  'ajv/dist/runtime/equal',
  'ajv/dist/runtime/parseJson',
  'ajv/dist/runtime/quote',
  'ajv/dist/runtime/timestamp',
  'ajv/dist/runtime/ucs2length',
  'ajv/dist/runtime/uri',
  'ajv/dist/runtime/validation_error',
  'fast-json-stringify/lib/serializer',
  'fast-json-stringify/lib/validator',
]

test('it finds what lies beside it, in the layout of build/', async (t) => {
  const directory = newDirectory(t)
  await bundle(process.cwd(), join(directory, 'agent', 'main.cjs'))
  cpSync(join('build', 'scripts'), join(directory, 'scripts'), { recursive: true })
  writeFileSync(join(directory, 'package.json'), '{"version":"9.8.7","build":"commit 01234567"}')
  const main = join(directory, 'agent', 'main.cjs')
  const run = (...args: readonly string[]): string =>
    execFileSync(process.execPath, [main, ...args], { encoding: 'utf8' })
  t.match(run('--version'), /^peerfence 9\.8\.7 \(commit 01234567, Node\.js /)
  t.match(
    run('config', 'check', '--syntax-only', '--config', 'packaging/common/peerfence.json'),
    /no faults/,
  )
})
