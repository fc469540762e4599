/** The drill by a timer: what systemd says of the two files, and what has to be in them. */
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { exitCodes } from '../../agent/cli/exit-code.ts'
import { hostsAtOnceMax } from '../../agent/inspect/drill.ts'
import { configSchema } from '../../agent/config/schema.ts'

const folder = join('packaging', 'common')
const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
const service = read('peerfence-doctor.service')
const isWithSystemd = spawnSync('systemd-analyze', ['--version']).status === 0
const skip = !isWithSystemd && 'needs systemd-analyze(1)'

const analyze = (...args: readonly string[]) => {
  const env = { ...process.env, LC_ALL: 'C.UTF-8', SYSTEMD_COLORS: '0' }
  const { status, stdout, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8', env })
  return { status, said: `${stdout}${stderr}` }
}

test('systemd reads both without a word', { skip }, async (t) => {
  const root = t.testdir({})
  const units = join(root, 'usr/lib/systemd/system')
  mkdirSync(units, { recursive: true })
  mkdirSync(join(root, 'usr/bin'), { recursive: true })
  writeFileSync(join(root, 'usr/bin/peerfence'), '#!/bin/sh\n')
  chmodSync(join(root, 'usr/bin/peerfence'), 0o755)
  for (const target of ['sysinit', 'basic', 'shutdown', 'network-online', 'timers']) {
    writeFileSync(join(units, `${target}.target`), `[Unit]\nDescription=${target}\n`)
  }
  for (const name of ['peerfence-doctor.service', 'peerfence-doctor.timer']) {
    copyFileSync(join(folder, name), join(units, name))
    const { said } = analyze('verify', '--man=no', `--root=${root}`, join(units, name))
    t.notMatch(said, /peerfence-doctor\.(service|timer):/, said)
  }
  writeFileSync(
    join(units, 'bad.timer'),
    read('peerfence-doctor.timer').replace('OnCalendar', 'OnCalender'),
  )
  t.match(
    analyze('verify', '--man=no', `--root=${root}`, join(units, 'bad.timer')).said,
    /bad\.timer/,
  )
})

test('its exposure stays low', { skip }, async (t) => {
  const file = join(folder, 'peerfence-doctor.service')
  const { status, said } = analyze('security', '--offline=true', '--threshold=20', file)
  t.equal(status, 0, said)
})

test('it drills, as the agent’s user, and has the time for every host of the longest list', async (t) => {
  t.match(service, /^ExecStart=\/usr\/bin\/peerfence doctor --drill$/m)
  t.match(service, /^User=peerfence$/m)
  t.match(service, new RegExp(`ends with ${exitCodes.couldNotFence} where`))
  t.match(service, new RegExp(`with ${exitCodes.config} where doctor.peers is empty`))
  const { maxItems } = configSchema.properties.doctor.properties.peers
  t.ok((Math.ceil(maxItems / hostsAtOnceMax) * 2 * 20) / 3600 < 2)
  t.notMatch(service, /^\[Install\]/m, 'the timer starts it, and nothing else')
  t.match(read('peerfence-doctor.timer'), /^WantedBy=timers\.target$/m)
})
