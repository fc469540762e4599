/**
 * A process whose arguments block whoever reads them, as one does whose memory a hung task has
 * locked. Here the read of that one file is made to wait; test/lab has a page on storage that
 * hangs.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import type { Test } from 'tap'
import { decide } from '../../../agent/domain/decide.ts'
import type { VmReport } from '../../../agent/domain/evidence.ts'
import {
  endStandIn,
  isAlive,
  newVm,
  programText,
  reportOf,
  standIn,
  swapped,
} from '../../fixtures/servers/local-program.ts'

const because = (report: VmReport): string => decide({ kind: 'report', report }).because

const start = async (t: Test, argv0: string, ...args: readonly string[]) => {
  const child = await standIn(argv0, ...args)
  t.teardown(async () => {
    await endStandIn(child)
  })
  return child
}

/** The program on a host where the arguments of these block, and libvirt wrote down these files. */
const programWhere = (
  t: Test,
  pids: readonly (number | undefined)[],
  files: Readonly<Record<string, string>> = {},
): string => {
  const directory = t.testdir({})
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
  return swapped(
    programText,
    [
      "\t\tmapfile -t -d '' argv",
      `\t\t[[ $1 != /proc/@(${pids.join('|')})/* ]] || read -t 60 <> <(:)\n\t\tmapfile -t -d '' argv`,
    ],
    ['LIBVIRT_RUN=/run/libvirt/qemu', `LIBVIRT_RUN=${directory}`],
  )
}

const status = (pid: number | undefined, uuid: string): string =>
  `<domstatus state='running' pid='${pid}'>\n<domain>\n<uuid>${uuid}</uuid>\n`

test('a stranger that blocks its readers costs neither the kill nor the report, and is a doubt', async (t) => {
  const vm = newVm()
  const stranger = await start(t, 'postgres', '-D', '/data')
  const qemu = await start(t, 'qemu-kvm', '-uuid', vm)
  const report = await reportOf(vm, {}, programWhere(t, [stranger.pid]))
  t.equal(because(report), 'scan-incomplete')
  t.match(report.qemus, [{ pid: qemu.pid, kill: 'sent', end: { kind: 'gone' } }])
  t.match(report.doubtful, [{ why: 'unreadable', pid: stranger.pid }])
  t.ok(isAlive(stranger))
})

test('the qemu of another VM that blocks its readers is no doubt where libvirt says whose it is', async (t) => {
  const [vm, hung] = [newVm(), newVm()]
  const other = await start(t, 'qemu-kvm', '-uuid', hung)
  const qemu = await start(t, 'qemu-kvm', '-uuid', vm)
  const files = { 'web.pid': `${other.pid}`, 'web.xml': status(other.pid, hung) }
  const report = await reportOf(vm, {}, programWhere(t, [other.pid], files))
  t.equal(because(report), 'destroyed')
  t.ok(isAlive(other))
  t.notOk(isAlive(qemu))
})

for (const [what, at, by] of [
  [
    'no further reader can be forked',
    '\tif ! has_fork_room; then return 1; fi\n',
    '\t((++readers_begun <= 2)) || return 1\n',
  ],
  [
    'each reader has ended before it is looked at',
    'note_process "$pid" && reader=$process',
    'read -t 0.3 <> <(:); note_process "$pid" && reader=$process',
  ],
  [
    'a reader cannot say who it is',
    'read -r -u "$reader_fd" pid || return',
    'read -r -u "$reader_fd" pid && ((++readers_begun <= 2)) || return',
  ],
] as const) {
  test(`what stands behind one that blocks its readers is read, too, where ${what}`, async (t) => {
    const [vm, hung] = [newVm(), newVm()]
    const other = await start(t, 'qemu-kvm', '-uuid', hung)
    const qemu = await start(t, 'qemu-kvm', '-uuid', vm)
    const files = { 'web.pid': `${other.pid}`, 'web.xml': status(other.pid, hung) }
    const program = programWhere(t, [other.pid], files)
    const text = `readers_begun=0\n${swapped(program, [at, by])}`
    t.equal(because(await reportOf(vm, {}, text)), 'destroyed')
    t.notOk(isAlive(qemu))
    t.ok(isAlive(other))
  })
}

test('the VM’s own qemu that blocks its readers is killed on the word of both files of libvirt', async (t) => {
  const vm = newVm()
  const qemu = await start(t, 'qemu-kvm', '-uuid', vm)
  const files = { 'web.pid': `${qemu.pid}`, 'web.xml': status(qemu.pid, vm) }
  const report = await reportOf(vm, {}, programWhere(t, [qemu.pid], files))
  t.match(report.qemus, [{ pid: qemu.pid, by: 'pid-file', kill: 'sent', end: { kind: 'gone' } }])
  t.notOk(isAlive(qemu))
  t.equal(report.io.uring, 'not-looked', 'what would have blocked was not looked at')
})

test('many that block end the scan, and that is a doubt', async (t) => {
  const vm = newVm()
  const strangers = await Promise.all(Array.from({ length: 6 }, async () => await start(t, 'db')))
  const pids = strangers.map(({ pid }) => pid)
  const report = await reportOf(vm, {}, programWhere(t, pids))
  t.equal(because(report), 'scan-incomplete')
  t.ok(report.finalScan.unreadable >= 4)
})
