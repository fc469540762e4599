import { readFileSync } from 'node:fs'
import { test } from 'tap'
import { parseConfig } from '../../../agent/config/load.ts'
import { configSchema } from '../../../agent/config/schema.ts'
import { configPage } from '../../../packaging/make/config-page.ts'
import type { Setting } from '../../../packaging/make/config-page.ts'
import { roff } from '../../../packaging/make/roff.ts'
import { manWarnings } from '../../fixtures/values/man.ts'

const template = readFileSync('packaging/common/peerfence.json.5', 'utf8')
const release = { version: '1.2.0', date: new Date('2026-11-25T19:13:00Z') }
const page = configPage(template, release, configSchema)

/** Every setting of the schema, however deep, by its own walk. */
const settings = (
  at: string,
  { properties, items }: Setting,
): readonly (readonly [string, Setting])[] => [
  ...Object.entries(properties ?? {}).flatMap(([name, one]) => {
    const path = at === '' ? name : `${at}.${name}`
    return [[path, one] as const, ...settings(path, one)]
  }),
  ...(items === undefined ? [] : settings(`${at}[]`, items)),
]

test('it has every setting, with what it is, its default, and what a change costs', async (t) => {
  const all = settings('', configSchema)
  t.ok(all.length > 45)
  for (const [path, { description = '', properties, 'x-cost': cost, ...one }] of all) {
    const isSection = properties !== undefined && !path.includes('.')
    const heading = isSection ? `.SS ${path}` : `.TP\n.B ${roff(path)}`
    const [, entry = ''] = page.split(`\n${heading}\n`)
    const [text = ''] = entry.split(/\n\.(?:TP|SS|SH)/)
    t.ok(description !== '' && text.startsWith(roff(description)), path)
    if (cost !== undefined) t.ok(text.includes(`.I Cost:\n${roff(cost)}`), path)
    const preset = roff(`Default: ${JSON.stringify(one.default)}.`)
    t.equal(text.includes(preset), one.default !== undefined, path)
    const range = `${String(one.minimum)} to ${String(one.maximum)} ${String(one['x-unit'])}.`
    if (one.minimum !== undefined) t.ok(text.includes(`\n${range}`), path)
    for (const word of one.enum ?? []) t.ok(text.includes(roff(`"${word}"`)), `${path} ${word}`)
  }
})

test('its example is one', async (t) => {
  const [, example = ''] = /\.EX\n([^]*?)\.EE\n/.exec(page) ?? []
  t.match(parseConfig(JSON.parse(example), {}), { kind: 'loaded' })
})

test('the rules that it tells are rules', async (t) => {
  const faulty = (config: object): void => {
    t.match(parseConfig(config, {}), { kind: 'faulty' }, JSON.stringify(config))
  }
  const [at, login] = ['10.0.0.7:7171', { hosts: ['10.0.0.0/8'] }]
  faulty({ http: { listeners: [{ at }] } })
  faulty({ http: { listeners: [{ at, allowFrom: ['10.0.0.0/7'] }] } })
  faulty({ http: { listeners: [{ at, allowFrom: ['fd00::/15'] }] } })
  faulty({ http: { listeners: [{ at: 'unix:/run/a', allowFrom: ['10.0.0.1'] }] } })
  faulty({ http: { listeners: [{ at: 'unix:/run/a' }, { at: 'unix:/run/a' }] } })
  faulty({ fence: { budgetMaxSec: 4 } })
  faulty({ ssh: { logins: [login] } })
  faulty({ ssh: { logins: [{ ...login, user: 'ha' }] } })
})

test('man reads it without a warning', { skip: manWarnings.skip }, async (t) => {
  const { stdout, stderr } = manWarnings.read(page)
  t.equal(stderr, '')
  t.match(stdout, /http\.listeners\[\]\.tls\.clientCaFile/)
})
