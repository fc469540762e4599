// runs in a process of its own: its own pid and title are what the program sees as a parent
/**
 * Who would start a VM again: parents that are real, and units of systemd as files of a host that
 * is made up.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as turn } from 'node:timers/promises'
import tap, { test } from 'tap'
import type { Test } from 'tap'
import { decide } from '../../../agent/domain/decide.ts'
import type { SupervisorState, VmReport } from '../../../agent/domain/evidence.ts'
import {
  endStandIn,
  isAlive,
  newVm,
  programText,
  reportOf,
  standIn,
  swapped,
} from '../../fixtures/servers/local-program.ts'

// Forty runs of the program, one after the other.
tap.setTimeout(180_000)

const because = (report: VmReport): string => decide({ kind: 'report', report }).because

/** A process that has a stand-in for a child, and the pid of that. */
const parentOf = async (t: Test, vm: string, argv0: string, script: string) => {
  const child = spawn('bash', ['-c', script, argv0, vm], {
    stdio: ['ignore', 'pipe', 'ignore'],
    argv0,
  })
  t.teardown(async () => {
    await endStandIn(child)
    if (isQemuAlive()) process.kill(pid, 'SIGKILL')
  })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const pid = Number(line.toString())
  const isQemuAlive = () =>
    existsSync(`/proc/${pid}/cmdline`) && readFileSync(`/proc/${pid}/cmdline`).length > 0
  return { child, pid, isQemuAlive }
}

const qemu = `(echo $BASHPID; exec -a qemu-kvm bash -c 'read -t 60 <> <(:)' qemu-kvm -uuid "$1")`

const parents: readonly (readonly [string, string])[] = [
  ['a loop of somebody', `while :; do ${qemu}; sleep 2; done`],
  ['a program that waits for it', `${qemu}; echo over`],
  ['a shell that has it in the background', `${qemu} & wait`],
]

for (const [what, script] of parents) {
  test(`${what} may start it again, whenever: it is left alone, however often it is asked about`, async (t) => {
    const vm = newVm()
    const { child, pid, isQemuAlive } = await parentOf(t, vm, 'bash', script)
    for (let times = 0; times < 2; times += 1) {
      const startedMs = performance.now()
      const report = await reportOf(vm)
      t.equal(because(report), 'supervised')
      t.match(report.qemus, [{ pid, kill: 'not-sent', end: { kind: 'living' } }])
      t.equal(report.supervisor.is, 'parent')
      t.ok(performance.now() - startedMs < 6_000, 'and nobody waits for it')
    }
    t.ok(isAlive(child) && isQemuAlive())
  })
}

test('of two VMs the one that nobody would start again is killed', async (t) => {
  const [vm, other] = [newVm(), newVm()]
  await parentOf(t, vm, 'bash', `${qemu} & wait`)
  const child = await standIn('qemu-kvm', '-uuid', other)
  t.teardown(async () => {
    await endStandIn(child)
  })
  t.equal(because(await reportOf(other)), 'destroyed')
  t.notOk(isAlive(child))
})

test('a parent that starts what libvirt wants started is no supervisor', async (t) => {
  const vm = newVm()
  const script = qemu.replace('-uuid', '-chardev socket,id=charmonitor,path=/x -uuid')
  await parentOf(t, vm, 'dumb-init', `${script} & wait`)
  const report = await reportOf(vm)
  t.match(report.supervisor, { is: 'no' })
  t.equal(because(report), 'destroyed')
})

test('a VM of which nothing is there has no supervisor that anybody could see', async (t) => {
  const report = await reportOf(newVm())
  t.match(report.supervisor, { is: 'none-seen', restartMs: 0 })
})

type Files = Readonly<Record<string, string>>

/**
 * The program, where a process lives in this cgroup, its parent is init, and these are the files of
 * systemd.
 */
const programOn = (t: Test, cgroup: string, files: Files, parent = 1): string => {
  const root = t.testdir({ etc: {}, run: {}, sys: {} })
  for (const [path, text] of Object.entries({ ...files, cgroup })) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return swapped(
    programText,
    ['SYS=/sys ETC=/etc RUN=/run', `SYS=${root}/sys ETC=${root}/etc RUN=${root}/run`],
    ['lines <"$PROC/$1/cgroup"', `lines <${root}/cgroup`],
    ['if ! read_parent "$pid"; then', `parent=${parent}; if false; then`],
  )
}

const unit = '0::/system.slice/web.service\n'
const transient = 'run/systemd/transient/web.service'
const own = 'etc/systemd/system/web.service'
const always = '[Service]\nRestart=always\n'

type Row = readonly [
  what: string,
  cgroup: string,
  files: Files,
  is: SupervisorState['is'],
  ms: number,
]
const rows: readonly Row[] = [
  ['no cgroup', '', {}, 'no', 0],
  ['a scope', '0::/user.slice/user-0.slice/session-7.scope\n', { [own]: always }, 'no', 0],
  [
    'a scope of a user',
    '0::/user.slice/user-0.slice/user@0.service/app.slice/run-1.scope\n',
    { 'etc/systemd/system/user@.service': always },
    'no',
    0,
  ],
  ['a slice', '0::/qemu.slice\n', {}, 'no', 0],
  ['a unit without a file', unit, {}, 'no', 0],
  [
    'a unit that says nothing about a restart',
    unit,
    { [own]: '[Service]\nRestartSec=9\n' },
    'no',
    0,
  ],
  ['a unit that is not started again', unit, { [own]: '[Service]\nRestart=no\n' }, 'no', 0],
  ['a unit with a comment', unit, { [own]: '#Restart=always\n' }, 'no', 0],
  ['a unit that is, by its default', unit, { [own]: always }, 'outlasted', 100],
  ['a unit that is on a failure', unit, { [own]: 'Restart = on-failure\n' }, 'outlasted', 100],
  [
    'a unit of cgroup v1',
    '4:memory:/\n1:name=systemd:/system.slice/web.service\n',
    { [own]: always },
    'outlasted',
    100,
  ],
  ['a part of a unit', '0::/system.slice/web.service/vm\n', { [own]: always }, 'outlasted', 100],
  ['a unit of systemd-run', unit, { [transient]: `${always}RestartSec=2s\n` }, 'outlasted', 2001],
  [
    'a drop-in',
    unit,
    { [own]: '', [`${own}.d/10.conf`]: `${always}RestartSec=1.5\n` },
    'outlasted',
    1501,
  ],
  [
    'a drop-in at run time',
    unit,
    { 'run/systemd/system/web.service.d/a.conf': always },
    'outlasted',
    100,
  ],
  [
    'a drop-in for all services',
    unit,
    { 'etc/systemd/system/service.d/a.conf': always },
    'outlasted',
    100,
  ],
  [
    'a drop-in for a family',
    '0::/s.slice/vm-web-1.service\n',
    { 'etc/systemd/system/vm-.service.d/a.conf': always },
    'outlasted',
    100,
  ],
  [
    'a drop-in for another family',
    '0::/s.slice/vm-web-1.service\n',
    { 'etc/systemd/system/db-.service.d/a.conf': always },
    'no',
    0,
  ],
  [
    'an instance of a template',
    '0::/system.slice/vm@web.service\n',
    { 'etc/systemd/system/vm@.service': always },
    'outlasted',
    100,
  ],
  ['a generated unit', unit, { 'run/systemd/generator/web.service': always }, 'outlasted', 100],
  [
    'the longest wait of two',
    unit,
    { [own]: `${always}RestartSec=3\n`, [`${own}.d/a.conf`]: 'RestartSec=200ms\n' },
    'outlasted',
    3001,
  ],
  [
    'a default of the host',
    unit,
    { [own]: always, 'etc/systemd/system.conf': 'DefaultRestartSec=4s\n' },
    'outlasted',
    4001,
  ],
  ['a wait in several units', unit, { [own]: `${always}RestartSec=1s 500ms\n` }, 'outlasted', 1502],
  [
    'a wait that is too long for a hold',
    unit,
    { [own]: `${always}RestartSec=1min\n` },
    'too-slow',
    60_060,
  ],
  [
    'a wait that grows',
    unit,
    { [own]: `${always}RestartSec=1\nRestartMaxDelaySec=5min\n` },
    'too-slow',
    300_060,
  ],
  [
    'a wait without an end',
    unit,
    { [own]: `${always}RestartSec=infinity\n` },
    'too-slow',
    999_999_999,
  ],
  ['a wait that is none', unit, { [own]: `${always}RestartSec=soon\n` }, 'too-slow', 999_999_999],
  [
    'a pod',
    '0::/kubepods.slice/kubepods-x.slice/cri-containerd-1.scope\n',
    { [own]: always },
    'pod',
    0,
  ],
]

for (const [what, cgroup, files, is, restartMs] of rows) {
  test(`${is}: ${what}`, async (t) => {
    const vm = newVm()
    const child = await standIn('qemu-kvm', '-uuid', vm)
    t.teardown(async () => {
      await endStandIn(child)
    })
    const report = await reportOf(vm, { budgetMs: 9_000 }, programOn(t, cgroup, files))
    t.same(report.supervisor, { is, restartMs })
    t.equal(because(report), is === 'too-slow' ? 'supervised' : 'destroyed')
    t.equal(isAlive(child), is === 'too-slow')
  })
}

test('the hold outlasts the wait of a unit', async (t) => {
  const vm = newVm()
  const child = await standIn('qemu-kvm', '-uuid', vm)
  t.teardown(async () => {
    await endStandIn(child)
  })
  const text = programOn(t, unit, { [own]: `${always}RestartSec=1\n` })
  const gone = once(child, 'exit')
  const reporting = reportOf(vm, {}, text)
  await gone
  const startedMs = performance.now()
  t.equal(because(await reporting), 'destroyed')
  t.ok(performance.now() - startedMs > 1_900)
})

test('a fence that ends before the unit had its turn leaves the VM alone', async (t) => {
  const vm = newVm()
  const child = await standIn('qemu-kvm', '-uuid', vm)
  t.teardown(async () => {
    await endStandIn(child)
  })
  const text = programOn(t, unit, { [own]: `${always}RestartSec=6\n` })
  const report = await reportOf(vm, { budgetMs: 7_500 }, text)
  t.match(report.supervisor, { is: 'too-slow', restartMs: 6_001 })
  t.ok(isAlive(child))
})

for (const [starts, is] of [
  ['/usr/bin/bash -x', 'no'],
  ['/usr/bin/other', 'outlasted'],
] as const) {
  test(`a unit that starts ${starts} beside an older bash: ${is}`, async (t) => {
    const vm = newVm()
    const daemon = spawn('bash', ['-c', 'echo up; read -t 60 <> <(:)'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    await once(daemon.stdout, 'data')
    // Older is who started a tick of the kernel (10 ms at most) before.
    await turn(30)
    const child = await standIn('qemu-kvm', '-uuid', vm)
    t.teardown(async () => {
      await endStandIn(daemon)
      await endStandIn(child)
    })
    const made = programOn(t, unit, {
      [own]: `${always}ExecStart=${starts}\n`,
      'sys/fs/cgroup/system.slice/web.service/cgroup.procs': `${daemon.pid}\n${child.pid}\n`,
    })
    const text = swapped(made, ['[[ $parent == 1 ]] && return 1', 'return 1'])
    const { supervisor } = await reportOf(vm, {}, text)
    t.same(supervisor, { is, restartMs: is === 'no' ? 0 : 100 })
  })
}

test('a unit of a user, of which not all files are known, is not known', async (t) => {
  const vm = newVm()
  const child = await standIn('qemu-kvm', '-uuid', vm)
  t.teardown(async () => {
    await endStandIn(child)
  })
  const cgroup = '0::/user.slice/user-0.slice/user@0.service/app.slice/web.service\n'
  const report = await reportOf(vm, {}, programOn(t, cgroup, {}, process.pid))
  t.match(report.supervisor, { is: 'not-known' })
  t.equal(because(report), 'supervised')
  t.ok(isAlive(child))
})
