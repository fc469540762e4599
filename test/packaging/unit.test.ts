/** The systemd unit: what systemd says of it, and what the agent needs of it. */
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { configSchema } from '../../agent/config/schema.ts'

const file = 'packaging/common/peerfence.service'
const text = readFileSync(file, 'utf8')
const isWithSystemd = spawnSync('systemd-analyze', ['--version']).status === 0
const skip = !isWithSystemd && 'needs systemd-analyze(1)'

/** All values of one directive, in their order. */
const values = (name: string): readonly string[] =>
  [...text.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value)

const analyze = (...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync('systemd-analyze', args, {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C.UTF-8', SYSTEMD_COLORS: '0' },
  })
  return { status, said: `${stdout}${stderr}` }
}

/** 1.9 of 10 with systemd 252; what it counts is mostly the two capabilities and netlink. */
const exposureMax = '2.0'

test('its exposure stays low', { skip }, async (t) => {
  const threshold = exposureMax.replace('.', '')
  const { status, said } = analyze('security', '--offline=true', `--threshold=${threshold}`, file)
  const [line = said] = /^.*Overall exposure level.*$/m.exec(said) ?? []
  t.equal(status, 0, line)
  t.comment(`unit | exposure | ${line}`)
  const open = t.testdir({ 'open.service': text.replace('ProtectSystem=strict', '') })
  const planted = [
    'security',
    '--offline=true',
    `--threshold=${threshold}`,
    join(open, 'open.service'),
  ]
  t.equal(analyze(...planted).status, 1, 'one directive less is noticed')
})

test('systemd reads it without a word', { skip }, async (t) => {
  const root = t.testdir({})
  const units = join(root, 'usr/lib/systemd/system')
  for (const folder of [units, join(root, 'usr/bin'), join(root, 'bin')]) {
    mkdirSync(folder, { recursive: true })
  }
  for (const program of ['usr/bin/peerfence', 'bin/sh']) {
    writeFileSync(join(root, program), '#!/bin/sh\n')
    chmodSync(join(root, program), 0o755)
  }
  for (const target of ['sysinit', 'basic', 'shutdown', 'network-online', 'multi-user']) {
    writeFileSync(join(units, `${target}.target`), `[Unit]\nDescription=${target}\n`)
  }
  const installed = join(units, 'peerfence.service')
  const verify = (): string => {
    const { said } = analyze('verify', '--man=no', `--root=${root}`, installed)
    // What the machine itself lacks is none of the unit's.
    return said
      .split('\n')
      .filter((line) => line.includes('peerfence'))
      .join('\n')
  }
  cpSync(file, installed)
  t.equal(verify(), '')
  writeFileSync(installed, text.replace('KillMode=', 'KilMode='))
  t.match(verify(), /KilMode/, 'a misspelt word is noticed')
})

test('a stop outlasts the longest grace, and asks the agent alone', async (t) => {
  const { maximum } = configSchema.properties.shutdownGraceSec
  const [stopSec] = values('TimeoutStopSec')
  t.ok(Number(stopSec) >= maximum + 10, 'answers that leave later have their 10 s')
  t.ok(Number(stopSec) >= configSchema.properties.fence.properties.budgetMaxSec.maximum)
  t.same(values('KillMode'), ['mixed'])
})

test('it never gives up, and says when it is ready and how to reload', async (t) => {
  t.same(values('Restart'), ['always'])
  t.same(values('StartLimitIntervalSec'), ['0'])
  t.same(values('ExecStart'), ['/usr/bin/peerfence serve'])
  t.match(values('ExecStartPost'), [/^\/usr\/bin\/peerfence ready /])
  t.match(values('ExecReload'), [
    /^\/usr\/bin\/peerfence config check --quiet$/,
    /^\/bin\/sh -c 'kill -HUP "\$MAINPID"'$/,
  ])
})

test('its files suffice for as many fences at once as can be configured', async (t) => {
  const { maximum } = configSchema.properties.http.properties.inFlightMax
  const [files] = values('LimitNOFILE')
  t.ok(Number(files) > 3 * maximum, 'a caller, a session, an answer that leaves later')
  t.ok(Number(files) >= 65_536)
})

test('it keeps what the agent and its tools need', async (t) => {
  t.same(values('CapabilityBoundingSet'), values('AmbientCapabilities'))
  t.match(values('RestrictAddressFamilies'), [/AF_NETLINK/])
  for (const name of ['MemoryDenyWriteExecute', 'PrivateUsers', 'ProcSubset', 'PrivateNetwork']) {
    t.same(values(name), [], `${name} would break it`)
  }
})
