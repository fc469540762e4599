// runs in a process of its own: it waits for holds and budgets, and others can run meanwhile
/** The suspect's program on real processes of this machine. Real qemu is in test/lab. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as turn } from 'node:timers/promises'
import { test } from 'tap'
import type { Test } from 'tap'
import { decide } from '../../../agent/domain/decide.ts'
import { vmUuidHex } from '../../../agent/domain/vm-uuid.ts'
import type { VmReport } from '../../../agent/domain/evidence.ts'
import {
  composeAll,
  endStandIn,
  isAlive,
  newVm,
  programText,
  reportOf,
  requestOf,
  runProgram,
  runStdin,
  standIn,
} from '../../fixtures/servers/local-program.ts'

const because = (report: VmReport): string => decide({ kind: 'report', report }).because

/** Starts a stand-in that ends with the test at the latest. */
const start = async (t: Test, argv0: string, ...args: readonly string[]) => {
  const child = await standIn(argv0, ...args)
  t.teardown(async () => {
    await endStandIn(child)
  })
  return child
}

test('a VM of which there is nothing', async (t) => {
  const vm = newVm()
  const report = await reportOf(vm)
  t.equal(because(report), 'already-gone')
  t.same(report.qemus, [])
  t.ok(report.finalScan.processes > 1, 'and it has looked')
})

const namings: readonly (readonly [string, string, (dashed: string, hex: string) => string[]])[] = [
  ['-uuid', 'argv-uuid', (dashed) => ['-name', 'guest=instance-00000001', '-uuid', dashed]],
  ['-uuid in capitals', 'argv-uuid', (dashed) => ['-uuid', dashed.toUpperCase()]],
  ['--uuid without dashes', 'argv-uuid', (_dashed, hex) => ['--uuid', hex]],
  [
    'the name of ZStack, without -uuid',
    'argv-name',
    (_dashed, hex) => ['-name', `guest=${hex},debug-threads=on`],
  ],
  ['the name of old libvirt', 'argv-name', (_dashed, hex) => ['-name', hex]],
  [
    'a name behind another part',
    'argv-name',
    (dashed) => ['-name', `debug-threads=on,guest=${dashed}`],
  ],
]

for (const [what, by, args] of namings) {
  test(`a qemu that is the VM's by ${what} is killed`, async (t) => {
    const vm = newVm()
    const child = await start(t, '/usr/libexec/qemu-kvm', ...args(vm, vmUuidHex(vm)))
    const report = await reportOf(vm)
    t.equal(because(report), 'destroyed')
    t.match(report.qemus, [{ pid: child.pid, by, kill: 'sent', end: { kind: 'gone' } }])
    t.notOk(isAlive(child))
  })
}

test('two qemu of one VM are both killed', async (t) => {
  const vm = newVm()
  const one = await start(t, 'qemu-system-x86_64', '-uuid', vm)
  const other = await start(t, 'qemu-kvm', '-uuid', vm, '-incoming', 'defer')
  const report = await reportOf(vm)
  t.equal(because(report), 'destroyed')
  t.equal(report.qemus.length, 2)
  t.notOk(isAlive(one) || isAlive(other))
})

const innocents: readonly (readonly [string, string, (dashed: string, hex: string) => string[]])[] =
  [
    ['tail on its log', 'tail', (dashed) => ['-f', `/var/log/libvirt/qemu/${dashed}.log`]],
    ['qemu-img on its disk', 'qemu-img', (dashed) => ['convert', `/images/${dashed}.qcow2`, 'x']],
    ['qemu-nbd on its disk', 'qemu-nbd', (dashed) => ['-k', `/run/qemu-${dashed}.sock`, 'disk']],
    ['qemu-ga', 'qemu-ga', (dashed) => ['--uuid-of-nothing', dashed]],
    [
      'swtpm',
      '/usr/bin/swtpm',
      (dashed, hex) => [
        'socket',
        '--ctrl',
        `path=/run/libvirt/qemu/swtpm/7-${hex}-swtpm.sock`,
        '--tpmstate',
        `dir=/swtpm/${dashed}/tpm2`,
      ],
    ],
    ['virsh console', 'virsh', (dashed) => ['-c', 'qemu:///system', 'console', dashed]],
    [
      'an agent that looks for it',
      'grep',
      (_dashed, hex) => ['-P', '-o', `(qemu-kvm|qemu-system).*${hex}`],
    ],
    [
      'another VM with the uuid in a disk path',
      'qemu-kvm',
      (dashed) => [
        '-name',
        'guest=other',
        '-uuid',
        newVm(),
        '-drive',
        `file=/images/${dashed}.img`,
      ],
    ],
    [
      'another VM with the uuid in its name',
      'qemu-kvm',
      (_dashed, hex) => ['-name', `guest=${hex}-copy`, '-uuid', newVm()],
    ],
    [
      'another VM that bears the uuid as its whole name',
      'qemu-kvm',
      (_dashed, hex) => ['-name', `guest=${hex}`, '-uuid', newVm()],
    ],
    [
      'another VM with the text inside one argument',
      'qemu-kvm',
      (dashed) => ['-name', `guest=x -uuid ${dashed}`, '-uuid', newVm()],
    ],
    [
      'another VM whose -name takes a -uuid for its value',
      'qemu-kvm',
      (dashed) => ['-uuid', newVm(), '-name', '-uuid', dashed],
    ],
    [
      'a VM without uuid, of another name',
      'qemu-kvm',
      () => ['-name', 'web-1', '-drive', 'file=/web-1.img'],
    ],
    [
      'a shell that runs a command about it',
      'bash',
      (dashed) => [`sleep 1; # qemu-system-x86_64 -uuid ${dashed}`],
    ],
    ['find on its name', 'find', (_dashed, hex) => ['/images', '-name', hex]],
    [
      'another VM whose name holds a comma and the uuid',
      'qemu-kvm',
      (dashed) => ['-name', `guest=copy of,,${dashed}`, '-uuid', newVm()],
    ],
  ]

for (const [what, argv0, args] of innocents) {
  test(`${what} survives and is no doubt`, async (t) => {
    const vm = newVm()
    const child = await start(t, argv0, ...args(vm, vmUuidHex(vm)))
    const report = await reportOf(vm)
    t.ok(isAlive(child))
    t.equal(because(report), 'already-gone')
  })
}

const doubtful: readonly (readonly [string, string, (dashed: string) => string[]])[] = [
  [
    'a program that is no qemu and bears the uuid as qemu would',
    'vmm',
    (dashed) => ['-uuid', dashed, '-machine', 'q35'],
  ],
  ['a qemu with two different uuids', 'qemu-kvm', (dashed) => ['-uuid', dashed, '-uuid', newVm()]],
  [
    'a qemu with two different uuids, the other way round',
    'qemu-kvm',
    (dashed) => ['-uuid', newVm(), '-uuid', dashed],
  ],
  [
    'a qemu without uuid and name that has the uuid somewhere',
    'qemu-kvm',
    (dashed) => ['-drive', `file=/${dashed}.img`],
  ],
  [
    'a qemu without uuid whose name holds a comma and the uuid',
    'qemu-kvm',
    (dashed) => ['-name', `guest=copy of,,${dashed}`],
  ],
]

for (const [what, argv0, args] of doubtful) {
  test(`${what} is left alone, and is a doubt`, async (t) => {
    const vm = newVm()
    const child = await start(t, argv0, ...args(vm))
    const report = await reportOf(vm)
    t.ok(isAlive(child))
    t.equal(because(report), 'ambiguous-process')
    t.match(report.doubtful, [{ why: 'ambiguous', pid: child.pid }])
  })
}

test('what has become another program since it was judged is left alone', async (t) => {
  const vm = newVm()
  const becoming =
    'trap "exec -a innocent sleep 60" USR1; echo up; while :; do read -t 0.05 <> <(:); done'
  const child = spawn('bash', ['-c', becoming, 'qemu-kvm', '-uuid', vm], {
    argv0: 'qemu-kvm',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  t.teardown(async () => {
    await endStandIn(child)
  })
  await once(child.stdout, 'data')
  // It becomes the other one between the judgement and the kill.
  const program = programText.replace(
    '\tscan_all before-kill\n\tkill_found\n',
    `\tscan_all before-kill; kill -USR1 ${child.pid}
	until read_argv /proc/${child.pid}/cmdline && [[ \${argv[0]-} == innocent ]]; do nap 10; done; kill_found\n`,
  )
  t.not(program, programText)
  const report = await reportOf(vm, { budgetMs: 5_000 }, program)
  t.match(report.qemus, [{ pid: child.pid, kill: 'not-sent', end: { kind: 'living' } }])
  t.equal(because(report), 'not-gone-in-time')
  t.ok(isAlive(child))
})

test('on the peer itself nothing is killed', async (t) => {
  const vm = newVm()
  const child = await start(t, 'qemu-kvm', '-uuid', vm)
  const { host } = await reportOf(newVm())
  const { machineId, bootId } = host
  const report = await reportOf(vm, { own: { machineId, bootId } })
  t.equal(because(report), 'own-host')
  t.same(report.qemus, [])
  t.ok(isAlive(child))
  const clone = await reportOf(newVm(), { own: { machineId, bootId: 'ffff' } })
  t.equal(clone.host.is, 'unconfirmed', 'a cloned machine id alone is not the same host')
})

test('a nested pid namespace is a doubt unless the operator accepts it', async (t) => {
  const { view } = await reportOf(newVm(), { pidNamespace: 'initial' })
  const { view: accepted } = await reportOf(newVm(), { pidNamespace: 'nested' })
  // Which of the two this machine is depends on where the test runs; the lab pins the nested one.
  const expected = view.pidNamespace === 'initial' ? 'initial' : 'nested-accepted'
  t.equal(accepted.pidNamespace, expected)
  t.not(view.pidNamespace, 'nested-accepted')
})

/** More than that it is ready. */
const reported = /PF1 \S+ \d/

test('cut off anywhere on its way, the program runs nothing', async (t) => {
  const vm = newVm()
  const child = await start(t, 'qemu-kvm', '-uuid', vm)
  const { stdin } = composeAll(programText, requestOf(vm, { holdMs: 0 }))
  const step = Math.floor(stdin.length / 40)
  for (let bytes = 0; bytes < stdin.length; bytes += step) {
    const { stdout } = await runStdin(stdin.slice(0, bytes), true)
    if (reported.test(stdout)) t.fail(`said something after ${bytes} bytes: ${stdout}`)
  }
  const { code, stdout } = await runStdin(stdin.slice(0, -1), true)
  t.equal(code, 3, 'without the last newline the request is not whole')
  t.notMatch(stdout, reported)
  t.ok(isAlive(child))
})

const voidRequests: readonly (readonly [string, (stdin: string) => string])[] = [
  ['no VM', (stdin) => stdin.replace(/^vm=.*\n/m, '')],
  ['no version', (stdin) => stdin.replace(/^version=.*\n/m, '')],
  ['no nonce', (stdin) => stdin.replace(/^nonce=[0-9a-f]+\n/m, '')],
  ['no action', (stdin) => stdin.replace(/^action=.*\n/m, '')],
  ['a VM without a budget', (stdin) => stdin.replace(/^(vm=\S+).*/m, '$1')],
  ['a VM with a wildcard', (stdin) => stdin.replace(/^vm=\S+/m, 'vm=*')],
  ['a VM with shell text', (stdin) => stdin.replace(/^vm=(.*)/m, 'vm=$1; touch /tmp/x')],
  ['a budget with shell text', (stdin) => stdin.replace(/^(vm=\S+) .*/m, '$1 x[$(id)]')],
  ['a line that it does not know', (stdin) => stdin.replace(/^go$/m, 'exec=true\ngo')],
]

for (const [what, spoil] of voidRequests) {
  test(`a request with ${what} is void`, async (t) => {
    const { stdin } = composeAll(programText, requestOf(newVm(), { budgetMs: 2_000, holdMs: 0 }))
    const { code, stdout } = await runStdin(spoil(stdin))
    t.equal(code, 3)
    t.notMatch(stdout, reported)
  })
}

test('a peer that goes away before the kill has nothing killed', async (t) => {
  const vm = newVm()
  const child = await start(t, 'qemu-kvm', '-uuid', vm)
  const { code } = await runStdin(composeAll(programText, requestOf(vm)).stdin, true)
  t.equal(code, 4)
  // The word of its end would need a moment to come here.
  await turn(200)
  t.ok(isAlive(child))
})

test('a peer that goes away stops the program', async (t) => {
  const { stdin } = composeAll(
    programText,
    requestOf(newVm(), { budgetMs: 20_000, holdMs: 10_000 }),
  )
  const { code, stdout } = await runStdin(stdin, true)
  t.equal(code, 4)
  t.notMatch(stdout, / end lines=/)
})

test('the hold sees a qemu that comes back', async (t) => {
  const vm = newVm()
  const first = await start(t, 'qemu-kvm', '-uuid', vm)
  const running = reportOf(vm, { holdMs: 5_000 })
  // The second run starts once the first is dead, well inside the hold.
  await once(first, 'exit')
  await start(t, 'qemu-kvm', '-uuid', vm)
  const report = await running
  t.equal(because(report), 'respawned')
  t.match(report.qemus, [{ kill: 'sent' }, { seen: 'after-kill', kill: 'not-sent' }])
})

test('nothing of the VM is ever in an argument of the program or its children', async (t) => {
  const vm = newVm()
  const { stdout } = await runProgram(vm, { holdMs: 0 })
  t.match(stdout, / pgrep state=(agreed|late|missing)/)
  t.notMatch(programText, /pgrep -f '?\[q\]emu.*\$/, 'the pattern holds no variable')
})
