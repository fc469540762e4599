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
      { kind: 'faulty', faults: [{ path: '', rule: file }] },
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

test('what a broken file says is not repeated, where it breaks is', async (t) => {
  const directory = t.testdir({ token: '{"a": planted}', comma: '{"a":"planted" "b"}' })
  const ruleOf = async (name: string) => {
    const result = await loadConfig(join(directory, name), {})
    return result.kind === 'faulty' ? result.faults[0]?.rule : ''
  }
  t.match(await ruleOf('token'), /it breaks the grammar/)
  t.notMatch(await ruleOf('token'), /plan/)
  t.match(await ruleOf('comma'), /it breaks the grammar at position 15$/)
})

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
  t.match(result, { faults: [{ path: '/htpp', rule: 'no such property' }] })
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
