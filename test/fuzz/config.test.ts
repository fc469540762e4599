/**
 * Configurations with random faults: loaded or told what is wrong and where, never both, never
 * thrown.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'tap'
import { isDeepStrictEqual } from 'node:util'
import type { ConfigFault } from '../../agent/config/config.ts'
import { loadConfig, parseConfig } from '../../agent/config/load.ts'
import { fuzzPrng, row, spoil, spoilValue, tally } from '../fixtures/values/fuzz.ts'

const shipped = fileURLToPath(new URL('../../../packaging/common/peerfence.json', import.meta.url))
const text = readFileSync(shipped, 'utf8')
const whole: unknown = JSON.parse(text)

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

/** Whether the path leads to something in the file, or out of something in it by one property. */
const isSomewhere = (value: unknown, path: string): boolean => {
  if (path === '') return true
  if (!isRecord(value)) return false
  return Object.keys(value).some((name) => {
    const step = `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
    if (path === `/${name}` || path === step) return true
    return path.startsWith(`${step}/`) && isSomewhere(value[name], path.slice(step.length))
  })
}
const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

const pristine = JSON.stringify(Object.getOwnPropertyNames(Object.prototype))
const isPolluted = (): boolean =>
  JSON.stringify(Object.getOwnPropertyNames(Object.prototype)) !== pristine || 'polluted' in {}

const faultsOf = (value: unknown, faults: readonly ConfigFault[]): string | undefined => {
  if (faults.length === 0) return 'faulty without a fault'
  const astray = faults.find(
    ({ path }) => !isSomewhere(value, path) && !isSomewhere(value, parentOf(path)),
  )
  if (astray !== undefined) return `nothing is at ${astray.path}`
  return faults.every(({ rule }) => rule !== '') ? undefined : 'a fault without a rule'
}

const judge = (value: unknown): string => {
  const loaded = parseConfig(value, {})
  if (loaded.kind === 'faulty') return faultsOf(value, loaded.faults) ?? 'faulty'
  // What was loaded says all that the file says: written out, it loads as the same. The listener is
  // parsed by then, so that it is taken from the file.
  const { http: _parsed, ...rest } = loaded.config
  const again = parseConfig(
    JSON.parse(
      JSON.stringify({
        ...rest,
        ...(isRecord(value) && 'http' in value ? { http: value['http'] } : {}),
      }),
    ),
    {},
  )
  if (again.kind === 'faulty' || !isDeepStrictEqual(again.config, loaded.config))
    return 'not the same'
  return Object.isFrozen(loaded.config.ssh) ? 'loaded' : 'not frozen'
}

test('values with random faults', async (t) => {
  const prng = fuzzPrng(7)
  const counts = await tally(20_000, () => {
    let value = whole
    for (let faults = prng.int(1, 3); faults > 0; faults -= 1) value = spoilValue(value, prng)
    const word = judge(value)
    if (word !== 'loaded' && word !== 'faulty')
      t.fail(`${word}: ${JSON.stringify(value).slice(0, 2000)}`)
    return word
  })
  t.notOk(isPolluted())
  t.ok(counts.of('loaded') > 100 && counts.of('faulty') > 1000, counts.text)
  t.comment(row('configurations with 1 to 3 other values', counts))
})

test('files with random faults', async (t) => {
  const prng = fuzzPrng(8)
  const file = join(t.testdir({}), 'peerfence.json')
  const counts = await tally(2000, async () => {
    let spoiled = text
    for (let faults = prng.int(0, 3); faults > 0; faults -= 1) spoiled = spoil(spoiled, prng)
    if (prng.chance(30)) {
      const planted = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},'
      spoiled = spoiled.replace(
        '{',
        prng.chance(50) ? planted : '{"http":{"__proto__":{"polluted":1}},',
      )
    }
    writeFileSync(file, spoiled)
    const loaded = await loadConfig(file, {})
    if (isPolluted()) t.fail(JSON.stringify(spoiled))
    if (loaded.kind === 'loaded') return 'loaded'
    t.ok(loaded.faults.length > 0)
    return 'faulty'
  })
  t.ok(counts.of('faulty') > 100, counts.text)
  t.comment(row('configuration files with faults', counts))
})
