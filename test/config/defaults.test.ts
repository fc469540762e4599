import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { withDefaults } from '../../agent/config/defaults.ts'
import { configSchema } from '../../agent/config/schema.ts'
import type { ConfigFile } from '../../agent/config/schema.ts'

type Leaf = Readonly<Record<string, unknown>>

const defaultsOf = (schema: Leaf): unknown => {
  const properties = schema['properties'] as Readonly<Record<string, Leaf>> | undefined
  if (properties === undefined) return schema['default']
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [name, defaultsOf(property)]),
  )
}

test('an empty file gives exactly the defaults of the schema', async (t) => {
  t.strictSame(withDefaults({}), defaultsOf(configSchema))
})

test('the shipped file says every setting, with its default but for the key and the token of an installation', async (t) => {
  const file = join('packaging', 'common', 'peerfence.json')
  const { http, ssh, ...rest } = withDefaults({})
  const [tcp, ...others] = http.listeners
  t.strictSame(JSON.parse(readFileSync(file, 'utf8')), {
    ...rest,
    http: { ...http, listeners: [{ ...tcp, tokensFile: '/etc/peerfence/tokens' }, ...others] },
    ssh: { ...ssh, identityFiles: ['/etc/peerfence/ssh_key'] },
  })
})

test('every word of a full file is kept', async (t) => {
  const full: ConfigFile = {
    http: {
      listeners: [{ at: '[::1]:1', allowFrom: ['10.0.0.1'] }],
      inFlightMax: 1,
      inFlightPerSuspectMax: 4,
      inFlightPerCallerMax: 2,
      requestsPerMinuteMax: 10,
    },
    callbacks: { to: ['10.0.0.1'], retrySec: 10, proofSec: 1 },
    ssh: {
      sessionKeepMs: 0,
      connectWindowMs: 3500,
      hostKeyPolicy: 'strict',
      knownHostsFile: '/k',
      identityFiles: ['/i'],
      logins: [{ hosts: ['a'], user: 'u', passwordFile: '/p', program: 'installed' }],
    },
    fence: { holdMs: 50, budgetMaxSec: 9 },
    suspects: {
      networks: ['10.0.0.0/8'],
      allowLoopback: true,
      pidNamespace: 'nested',
      pageCache: 'flush',
      helpers: 'report',
      sharedFileSystems: ['xfs'],
      quarantine: 'required',
      quarantineSec: 7,
      neverMet: 'refuse',
    },
    doctor: { peers: ['10.0.0.7', 'kvm-8:2222'] },
    probe: { witnesses: ['10.0.0.1'], silenceSec: 30, routedSilence: 'accept' },
    neighbours: {
      agents: [{ url: 'https://kvm-2:7171', tokenFile: '/t' }],
      ask: 1,
      ownPercent: 50,
    },
    journal: { file: '/j' },
    log: { level: 'trace' },
    host: { uuid: 'u' },
    shutdownGraceSec: 0,
  }
  t.strictSame(withDefaults(full), full)
})
