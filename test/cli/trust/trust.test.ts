import { chownSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { call } from '../../fixtures/worlds/command-line.ts'
import { generateKey } from '../../fixtures/servers/suspect-host.ts'
import { openTrustConfig } from '../../fixtures/servers/trust-config.ts'

test('the help says what is blind, and every code', async (t) => {
  const { code, out } = await call(['trust', '--help'])
  t.equal(code, 0)
  t.match(out, /--yes +pin whatever key comes: BLIND trust/)
  for (const one of [0, 1, 64, 66, 69, 78]) t.match(out, new RegExp(`\\b${one} `))
})

test('wrong usage and a wrong configuration touch nothing', async (t) => {
  const operator = openTrustConfig(t)
  t.match(await operator.trust([]), { code: 64, err: 'peerfence: trust: HOST is missing\n' })
  t.match(await operator.trust(['kvm-1', '--listen', 'x']), {
    code: 64,
    err: /has no option --listen/,
  })
  const file = join(t.testdir({}), 'peerfence.json')
  writeFileSync(file, '{"ssh":{"knownHostsFile":"relative"}}')
  t.match(await call(['trust', '--list'], { env: { PEERFENCE_CONFIG: file } }), { code: 78 })
  t.equal(operator.known(), '')
})

const isRoot = process.getuid?.() === 0
test('root leaves a file that the agent can read', { skip: !isRoot && 'needs root' }, async (t) => {
  const operator = openTrustConfig(t)
  const folder = t.testdir({ theirs: {} })
  chownSync(join(folder, 'theirs'), 12_345, 12_346)
  const configFile = join(folder, 'peerfence.json')
  const knownHostsFile = join(folder, 'theirs', 'known_hosts')
  writeFileSync(configFile, JSON.stringify({ ssh: { knownHostsFile } }))
  const typed = `a ${generateKey().publicText}\n`
  t.match(await call(['trust', '--config', configFile, '--import', '-'], { typed }), { code: 0 })
  t.match(statSync(knownHostsFile), { uid: 12_345, gid: 12_346, mode: 0o100600 })
  t.equal(readFileSync(knownHostsFile, 'latin1'), typed)
  t.equal(operator.known(), '')
})
