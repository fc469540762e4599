import { join } from 'node:path'
import { test } from 'tap'
import { defaultConfigFile, readConfig, configSourceOf } from '../../agent/cli/configuration.ts'
import { args } from '../fixtures/worlds/command-line.ts'

test('a flag goes before the environment, an empty variable is none', async (t) => {
  const all = { PEERFENCE_CONFIG: '/e', PEERFENCE_LISTEN: 'l', PEERFENCE_LOG_LEVEL: 'v' }
  const empty = { PEERFENCE_CONFIG: '', PEERFENCE_LISTEN: '', PEERFENCE_LOG_LEVEL: '' }
  const flags = { config: '/c', listen: 'x', 'log-level': 'y' }
  const none = { configFile: defaultConfigFile, overrides: {} }
  t.strictSame(configSourceOf(args({}), { env: {} }), none)
  t.strictSame(configSourceOf(args({}), { env: empty }), none)
  t.strictSame(configSourceOf(args({}), { env: all }), {
    configFile: '/e',
    overrides: { listen: 'l', logLevel: 'v' },
  })
  t.strictSame(configSourceOf(args(flags), { env: all }), {
    configFile: '/c',
    overrides: { listen: 'x', logLevel: 'y' },
  })
})

test('every fault of the file is told with its path', async (t) => {
  const directory = t.testdir({ good: '{}', bad: '{"fence":{"holdMs":-1},"http":{"port":1}}' })
  const told: string[] = []
  const read = (name: string) =>
    readConfig({ configFile: join(directory, name), overrides: {} }, (text) => told.push(text))
  t.match(await read('good'), { http: { inFlightMax: Number } })
  t.strictSame(told, [])
  t.equal(await read('bad'), undefined)
  t.match(told.join(''), /^peerfence: \S+bad:1:\d+: \/http\/port: no such property\n/m)
  t.equal(told.length, 2)
})
