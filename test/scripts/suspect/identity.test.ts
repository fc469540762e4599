/**
 * Whose a process is: the suspect's program on processes of this machine that bear a uuid in every
 * way.
 */
import { test } from 'tap'
import type { Test } from 'tap'
import { decide } from '../../../agent/domain/decide.ts'
import { vmUuidHex } from '../../../agent/domain/vm-uuid.ts'
import type { VmReport } from '../../../agent/domain/evidence.ts'
import {
  endStandIn,
  isAlive,
  newVm,
  reportOf,
  standIn,
} from '../../fixtures/servers/local-program.ts'

const because = (report: VmReport): string => decide({ kind: 'report', report }).because

const start = async (t: Test, argv0: string, args: readonly string[]) => {
  const child = await standIn(argv0, ...args)
  t.teardown(async () => {
    await endStandIn(child)
  })
  return child
}

type Row = readonly [string, string, (dashed: string, hex: string) => readonly string[]]
const qemu = '/usr/bin/kvm'
const other = newVm()

const killed: readonly Row[] = [
  [
    'whose uuid stands in -smbios alone, under a name of its own',
    qemu,
    (dashed) => [
      '-id',
      '100',
      '-name',
      'web01,debug-threads=on',
      '-smbios',
      `type=1,uuid=${dashed}`,
    ],
  ],
  [
    'whose keys of -smbios stand in another order, in capitals, behind an escaped comma',
    qemu,
    (dashed) => [
      '-name',
      'web01',
      '--smbios',
      `manufacturer=Acme,,Inc,uuid=${dashed.toUpperCase()},serial=1,type=1`,
    ],
  ],
  [
    'of many -smbios, of which one has the uuid',
    qemu,
    (dashed) => [
      '-smbios',
      'type=0,vendor=x',
      '-smbios',
      `type=1,uuid=${dashed}`,
      '-smbios',
      'type=2',
    ],
  ],
  [
    'that bears it twice, in both forms, as libvirt and OpenStack write it',
    qemu,
    (dashed) => [
      '-uuid',
      dashed,
      '-smbios',
      `type=1,manufacturer=x,serial=${other},uuid=${dashed}`,
    ],
  ],
  [
    'of a family that is qemu by its arguments',
    'qemu-lite-system-x86_64',
    (dashed) => ['-uuid', dashed],
  ],
  [
    'that reads more from a file and bears its uuid',
    qemu,
    (dashed) => ['-uuid', dashed, '-readconfig', '/etc/vm.cfg'],
  ],
]

for (const [what, argv0, args] of killed) {
  test(`a qemu ${what} is killed`, async (t) => {
    const vm = newVm()
    const child = await start(t, argv0, args(vm, vmUuidHex(vm)))
    const report = await reportOf(vm)
    t.equal(because(report), 'destroyed')
    t.match(report.qemus, [{ pid: child.pid, by: 'argv-uuid', kill: 'sent' }])
    t.notOk(isAlive(child))
  })
}

const innocent: readonly Row[] = [
  [
    'a copy that bears the uuid for its name, and another in -smbios',
    qemu,
    (dashed) => ['-name', `guest=${dashed}`, '-smbios', `type=1,uuid=${other}`],
  ],
  [
    'a qemu of another uuid whose -smbios has this one as a serial number',
    qemu,
    (dashed) => ['-uuid', other, '-smbios', `type=1,serial=${dashed}`],
  ],
  [
    'a qemu of another uuid whose -smbios has the text inside a value',
    qemu,
    (dashed) => ['-smbios', `type=1,uuid=${other},manufacturer=a,,uuid=${dashed}`],
  ],
  [
    'a qemu of two other uuids, whatever they are',
    qemu,
    () => ['-uuid', other, '-smbios', `type=1,uuid=${newVm()}`],
  ],
  [
    'a qemu without uuid that has this one as part of a longer word',
    qemu,
    (dashed, hex) => [
      '-drive',
      `file=/x${hex}`,
      '-kernel',
      `/${hex}${hex}`,
      '-append',
      `${dashed}a`,
    ],
  ],
  ['a virt-viewer', 'virt-viewer', (dashed) => ['--uuid', dashed]],
  [
    'a virt-install with the options of a machine',
    'virt-install',
    (dashed) => ['--name', 'web', '--uuid', dashed, '--machine', 'q35', '--wait'],
  ],
  [
    'a tmux that was told to start it',
    'tmux',
    (dashed) => ['new', '-d', 'qemu-system-x86_64', '-machine', 'q35', '-uuid', dashed],
  ],
  [
    'a sudo that waits for it',
    'sudo',
    (dashed) => ['/usr/bin/qemu-system-x86_64', '-machine', 'q35', '-uuid', dashed],
  ],
  ['a program that is no VMM and takes a -uuid', 'mkfs', (dashed) => ['-uuid', dashed]],
]

for (const [what, argv0, args] of innocent) {
  test(`${what} survives and is no doubt`, async (t) => {
    const vm = newVm()
    const child = await start(t, argv0, args(vm, vmUuidHex(vm)))
    t.equal(because(await reportOf(vm)), 'already-gone')
    t.ok(isAlive(child))
  })
}

const doubtful: readonly Row[] = [
  [
    'a qemu whose -uuid and -smbios differ',
    qemu,
    (dashed) => ['-uuid', dashed, '-smbios', `type=1,uuid=${other}`],
  ],
  [
    'a qemu whose -smbios and -uuid differ, the other way round',
    qemu,
    (dashed) => ['-uuid', other, '-smbios', `type=1,uuid=${dashed}`],
  ],
  [
    'a qemu without uuid, of another name, whose disk bears this one',
    qemu,
    (dashed) => ['-name', 'web-1', '-drive', `file=/images/${dashed}-disk1.qcow2`],
  ],
  [
    'a qemu without uuid that has this one behind one that is longer',
    qemu,
    (_dashed, hex) => ['-drive', `file=/${hex}${hex}/${hex}_1`],
  ],
  [
    'a stratovirt, which takes the arguments of qemu',
    'stratovirt',
    (dashed) => ['-name', 'web', '-uuid', dashed],
  ],
  [
    'a cloud-hypervisor with the uuid in the path of its socket',
    'cloud-hypervisor',
    (dashed) => ['--api-socket', `/run/${dashed}.sock`],
  ],
  ['a firecracker', '/opt/fc/firecracker', (dashed) => ['--id', dashed]],
]

for (const [what, argv0, args] of doubtful) {
  test(`${what} is left alone, and is a doubt`, async (t) => {
    const vm = newVm()
    const child = await start(t, argv0, args(vm, vmUuidHex(vm)))
    const report = await reportOf(vm, { budgetMs: 4_000 })
    t.equal(because(report), 'ambiguous-process')
    t.match(report.doubtful, [{ why: 'ambiguous', pid: child.pid }])
    t.ok(isAlive(child))
  })
}

test('a qemu without uuid that reads its configuration from a file is a doubt for every VM', async (t) => {
  const vm = newVm()
  const child = await start(t, qemu, ['-name', `guest=${vm}`, '-readconfig', '/etc/vm.cfg'])
  for (const one of [vm, newVm()]) {
    const report = await reportOf(one, { budgetMs: 4_000 })
    t.equal(because(report), 'unattributable-qemu')
    t.match(report.doubtful, [{ why: 'unattributable', pid: child.pid }])
  }
  t.ok(isAlive(child))
})
