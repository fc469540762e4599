import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import type { Config } from '../../agent/config/config.ts'
import { loadConfig, parseConfig } from '../../agent/config/load.ts'

const loaded = (value: unknown, overrides = {}): Config => {
  const parsed = parseConfig(value, overrides)
  if (parsed.kind === 'faulty') throw new Error(JSON.stringify(parsed.faults))
  return parsed.config
}

test('the shipped file loads', async (t) => {
  const result = await loadConfig(join('packaging', 'common', 'peerfence.json'), {})
  t.match(result, {
    kind: 'loaded',
    config: {
      http: { listeners: [{ at: { kind: 'tcp', port: 7171 } }, { at: { kind: 'unix' } }] },
    },
  })
})

test('a file that cannot be read or parsed is a fault', async (t) => {
  const directory = t.testdir({ broken: '{"http":', empty: '' })
  for (const name of ['missing', 'broken', 'empty', '.']) {
    const file = join(directory, name)
    t.match(
      await loadConfig(file, {}),
      { kind: 'faulty', faults: [{ path: '', place: { file } }] },
      name,
    )
  }
})

test('a file that everybody may write is a fault, as good as it may be', async (t) => {
  const file = join(t.testdir({ 'good.json': '{}' }), 'good.json')
  for (const [mode, kind] of [
    [0o646, 'faulty'],
    [0o602, 'faulty'],
    [0o664, 'loaded'],
    [0o640, 'loaded'],
  ] as const) {
    chmodSync(file, mode)
    t.match(await loadConfig(file, {}), { kind }, mode.toString(8))
  }
  chmodSync(file, 0o666)
  t.match(await loadConfig(file, {}), { faults: [{ path: '', rule: /writable for everybody/ }] })
})

test('the grammar, the schema and the rules between settings are told at once, with their places', async (t) => {
  const folder = t.testdir({
    'c.json': `{
  "http": { "listeners": [{ "at": "127.0.0.1:1", "allow": 1 }, { "at": "nowhere" }, 7, { "at": "nowhere" }] },
  "fence": { "holdMs": -1, "budgetMaxSec": 3 },
  "suspects": { "networks": ["x"] },
  "suspects": { "networks": ["10.0.0.0/8", "y"] },
}`,
    'c.d': {
      'a.json': '{\n"ssh": { "logins": [{ "hosts": ["!"] }], "knownHostsFile": 1 } }',
      'b.json': '{',
    },
  })
  const result = await loadConfig(join(folder, 'c.json'), {})
  const told = (result.kind === 'faulty' ? result.faults : []).map(({ path, place }) =>
    [place?.file.replace(/.*\//, ''), place?.line, place?.column, path].join(' '),
  )
  t.strictSame(told.toSorted(), [
    'a.json 2 21 /ssh/logins/0',
    'a.json 2 33 /ssh/logins/0/hosts/0',
    'a.json 2 60 /ssh/knownHostsFile',
    'b.json 1 2 ',
    'c.json 2 59 /http/listeners/0/allow',
    'c.json 2 72 /http/listeners/1/at',
    'c.json 2 85 /http/listeners/2',
    'c.json 2 96 /http/listeners/3/at',
    'c.json 2 96 /http/listeners/3/at',
    'c.json 3 24 /fence/holdMs',
    'c.json 3 44 /fence/budgetMaxSec',
    'c.json 4 29 /suspects/networks/1',
    'c.json 5 3 ',
  ])
})

test('a file beside whose faults all is well is loaded as little as any other', async (t) => {
  const folder = t.testdir({ 'c.json': '{}', 'c.d': { 'a.json': '' } })
  t.match(await loadConfig(join(folder, 'c.json'), {}), { kind: 'faulty', faults: [{}] })
})

test('each setting says where it comes from, a flag and a default, too', async (t) => {
  const folder = t.testdir({
    'c.json': '{"fence":{"holdMs":77},"http":{"listeners":[]},"log":{"level":"warn"}}',
    'c.d': { 'a.json': '{"suspects":{"networks":["10.0.0.0/8"]}}' },
  })
  const file = join(folder, 'c.json')
  const overrides = { listen: '127.0.0.1:1', logLevel: 'info' }
  const result = await loadConfig(file, overrides)
  if (result.kind === 'faulty') throw new Error(JSON.stringify(result.faults))
  t.match(result, {
    config: { fence: { holdMs: 77 }, suspects: { networks: ['10.0.0.0/8'] } },
    settled: { http: { listeners: [{ at: '127.0.0.1:1' }] } },
  })
  t.strictSame(result.placeOf('/fence/holdMs'), { file, line: 1, column: 20 })
  t.match(result.placeOf('/suspects/networks'), { file: join(folder, 'c.d', 'a.json') })
  t.match(result.placeOf('/http/listeners'), { file: /^--listen / })
  t.match(result.placeOf('/log/level'), { file: /^--log-level / })
  t.equal(result.placeOf('/ssh/logins'), undefined)
  t.equal(loadedAlone().placeOf('/fence/holdMs'), undefined)
})

const loadedAlone = () => {
  const parsed = parseConfig({}, {})
  if (parsed.kind === 'faulty') throw new Error('a default is at fault')
  return parsed
}

test('every fault is told at once, with its path', async (t) => {
  const result = parseConfig(
    {
      htpp: {},
      http: { listeners: [{ at: 7171, allow: [] }, {}], inFlightMax: '9', port: 1 },
      ssh: {
        connectWindowMs: 3499,
        hostKeyPolicy: 'no',
        knownHostsFile: 'relative',
        identityFiles: [1],
      },
      fence: { holdMs: 10_001, budgetMaxSec: null },
      suspects: { allowLoopback: 'yes', networks: '10.0.0.0/8' },
      host: { uuid: 'a b' },
      log: { level: 'loud' },
      shutdownGraceSec: 1.5,
    },
    {},
  )
  t.same(
    result.kind === 'faulty' ? result.faults.map(({ path }) => path).toSorted() : [],
    [
      '/htpp',
      '/http/inFlightMax',
      '/http/listeners/0/allow',
      '/http/listeners/0/at',
      '/http/listeners/1',
      '/http/port',
      '/ssh/connectWindowMs',
      '/ssh/hostKeyPolicy',
      '/ssh/identityFiles/0',
      '/ssh/knownHostsFile',
      '/fence/budgetMaxSec',
      '/fence/holdMs',
      '/suspects/allowLoopback',
      '/suspects/networks',
      '/host/uuid',
      '/log/level',
      '/shutdownGraceSec',
    ].toSorted(),
  )
  t.match(result, { faults: [{ path: '/htpp', rule: 'no such property; did you mean http?' }] })
  t.ok(
    result.kind === 'faulty' &&
      result.faults.some(({ rule }) => rule.endsWith(': accept-new, strict')),
    'a word out of a list is told with the list',
  )
})

test('a name of a client is whole: a dot in front would stand for every name below', async (t) => {
  const tls = {
    certificateFile: '/c',
    keyFile: '/k',
    clientCaFile: '/a',
    clientNames: ['.x', '*.x'],
  }
  const parsed = parseConfig({ http: { listeners: [{ at: '127.0.0.1:1', tls }] } }, {})
  const path = '/http/listeners/0/tls/clientNames'
  t.match(parsed, { faults: [{ path: `${path}/0` }, { path: `${path}/1` }] })
})

test('what is no object is a fault', async (t) => {
  for (const value of [null, [], 'x', 7]) {
    t.match(parseConfig(value, { listen: '127.0.0.1:1' }), {
      kind: 'faulty',
      faults: [{ path: '' }],
    })
  }
})

test('a section that is no object is a fault, overridden or not', async (t) => {
  for (const http of [null, [], 'x']) {
    const result = parseConfig({ http }, { listen: '127.0.0.1:1' })
    t.match(result, { kind: 'faulty', faults: [{ path: '/http' }] })
  }
})

test('an override takes the place of the file and obeys the same rules', async (t) => {
  const file = {
    http: { listeners: [{ at: '127.0.0.1:1', tokensFile: '/t' }], inFlightMax: 9 },
    log: { level: 'warn' },
  }
  const config = loaded(file, { listen: '[::1]:2', logLevel: 'debug' })
  t.match(config, {
    http: { listeners: [{ at: { kind: 'tcp', host: '::1', port: 2 } }], inFlightMax: 9 },
    log: { level: 'debug' },
  })
  t.match(loaded({}, { logLevel: 'error' }), { log: { level: 'error' } })
  t.match(parseConfig(file, { logLevel: 'loud' }), {
    kind: 'faulty',
    faults: [{ path: '/log/level' }],
  })
  t.match(parseConfig(file, { listen: '0.0.0.0:1' }), {
    kind: 'faulty',
    faults: [{ path: '/http/listeners/0' }],
  })
})

test('the configuration is frozen all the way down', async (t) => {
  const config = loaded({ suspects: { networks: ['10.0.0.0/8'] } })
  t.throws(() => {
    ;(config.suspects as { allowLoopback: boolean }).allowLoopback = true
  }, TypeError)
  t.throws(() => {
    ;(config.suspects.networks as string[]).push('0.0.0.0/0')
  }, TypeError)
  t.ok(Object.isFrozen(config.http.listeners[0]?.at), 'the defaults too')
})
