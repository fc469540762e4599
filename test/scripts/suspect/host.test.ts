/**
 * Whether the suspect is the host that is meant: on files of a host that is made up, beside a real
 * process.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'tap'
import type { Test } from 'tap'
import { decide } from '../../../agent/domain/decide.ts'
import type { HostIs, VmReport } from '../../../agent/domain/evidence.ts'
import type { HostPin } from '../../../agent/suspect/program/program.ts'
import {
  endStandIn,
  isAlive,
  newVm,
  programText,
  reportOf,
  standIn,
} from '../../fixtures/servers/local-program.ts'

const sent = '11111111-2222-4333-8444-55555555a001'
const other = '11111111-2222-4333-8444-55555555a003'
const swapped = '11111111-2222-3343-8444-55555555a001'
const plane = 'etc/zstack-uuids'
const libvirtd = 'etc/libvirt/libvirtd.conf'
const virtqemud = 'etc/libvirt/virtqemud.conf'
const board = 'sys/class/dmi/id/product_uuid'
const machine = 'etc/machine-id'

type Files = Readonly<Record<string, string>>

/** The program, with the files of a host of its own in the place of those of this machine. */
const programOn = (t: Test, files: Files): string => {
  const root = t.testdir({ etc: {}, sys: {} })
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  const text = programText.replace('SYS=/sys ETC=/etc', `SYS=${root}/sys ETC=${root}/etc`)
  t.not(text, programText)
  return text
}

type Row = readonly [what: string, files: Files, hostUuid: string, pin: HostPin, is: HostIs]

const rows: readonly Row[] = [
  [
    'a plane wrote it down',
    { [plane]: `host=${sent.replaceAll('-', '')}\n` },
    sent,
    'unconfirmed',
    'as-named',
  ],
  [
    'libvirt was told it',
    { [libvirtd]: `host_uuid = "${sent}"\n` },
    sent,
    'unconfirmed',
    'as-named',
  ],
  [
    'its newer daemon was, in capitals',
    { [virtqemud]: `host_uuid='${sent.toUpperCase()}'\n` },
    sent,
    'unconfirmed',
    'as-named',
  ],
  ['the board bears it', { [board]: `${sent.toUpperCase()}\n` }, sent, 'unconfirmed', 'as-named'],
  [
    'the board bears it in the other order of bytes',
    { [board]: `${swapped}\n` },
    '11111111-2222-4333-8444-55555555a001',
    'unconfirmed',
    'as-named',
  ],
  [
    'it is the id of the installation',
    { [machine]: `${sent.replaceAll('-', '')}\n` },
    sent,
    'unconfirmed',
    'as-named',
  ],
  [
    'a plane wrote it down, and libvirt has one of its own',
    { [plane]: `host=${sent}\n`, [libvirtd]: `host_uuid = "${other}"\n` },
    sent,
    'unconfirmed',
    'as-named',
  ],
  ['nothing on the host, and an earlier contact', {}, sent, 'bound', 'as-bound'],
  ['nothing at all', {}, sent, 'unconfirmed', 'not-shown'],
  ['a key that a person trusts', {}, sent, 'confirmed', 'not-shown'],
  [
    'a line of libvirt that is a comment',
    { [libvirtd]: `#host_uuid = "${sent}"\n` },
    sent,
    'unconfirmed',
    'not-shown',
  ],
  ['another line of the plane', { [plane]: `zone=${sent}\n` }, sent, 'unconfirmed', 'not-shown'],
  ['a board of another uuid', { [board]: `${other}\n` }, sent, 'confirmed', 'not-shown'],
  ['a board that only begins with it', { [board]: `${sent}0\n` }, sent, 'unconfirmed', 'not-shown'],
  ['half of it', { [plane]: `host=${sent}\n` }, sent.slice(0, 18), 'unconfirmed', 'contradicted'],
  ['nothing but dashes was sent', { [plane]: 'host=\n' }, '---', 'unconfirmed', 'not-shown'],
  [
    'the plane wrote another down',
    { [plane]: `host=${other}\n` },
    sent,
    'unconfirmed',
    'contradicted',
  ],
  [
    'the plane wrote another down, whatever the key says',
    { [plane]: `host=${other}\n` },
    sent,
    'bound',
    'contradicted',
  ],
  [
    'the plane wrote another down, whatever else agrees',
    {
      [plane]: `host=${other}\n`,
      [libvirtd]: `host_uuid = "${sent}"\n`,
      [board]: sent,
      [machine]: sent,
    },
    sent,
    'bound',
    'contradicted',
  ],
  [
    'the plane wrote down what no host should be called, whatever the key says',
    { [plane]: 'host=0123456789abcdef0123456789abcdef\n' },
    sent,
    'bound',
    'contradicted',
  ],
  [
    'the plane wrote down more than a name can hold',
    { [plane]: `host=${'a1'.repeat(40)}\n` },
    sent,
    'bound',
    'contradicted',
  ],
  [
    'the plane wrote two down',
    { [plane]: `host=${sent}\nhost=${other}\n` },
    sent,
    'unconfirmed',
    'contradicted',
  ],
  [
    'libvirt was told another, whatever else agrees',
    { [libvirtd]: `host_uuid = "${other}"\n`, [board]: sent, [machine]: sent },
    sent,
    'bound',
    'contradicted',
  ],
  [
    'the two daemons of libvirt differ',
    { [libvirtd]: `host_uuid = "${sent}"\n`, [virtqemud]: `host_uuid = "${other}"\n` },
    sent,
    'unconfirmed',
    'contradicted',
  ],
  [
    'libvirt was told no real one, and the board agrees',
    { [libvirtd]: 'host_uuid = "00000000-0000-0000-0000-000000000000"\n', [board]: sent },
    sent,
    'unconfirmed',
    'as-named',
  ],
  ['no uuid, and a first contact alone', {}, '', 'unconfirmed', 'unconfirmed'],
  [
    'no uuid, and a first contact alone of a host that shows one',
    { [plane]: `host=${other}\n` },
    '',
    'unconfirmed',
    'unconfirmed',
  ],
  [
    'no uuid, and a key that somebody made known',
    { [plane]: `host=${other}\n` },
    '',
    'confirmed',
    'by-key',
  ],
  ...[
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
    'fefefefe-fefe-fefe-fefe-fefefefefefe',
    '03000200-0400-0500-0006-000700080009',
    '00020003-0004-0005-0006-000700080009',
    '03020100-0504-0706-0809-0a0b0c0d0e0f',
    '00010203-0405-0607-0809-0a0b0c0d0e0f',
    '12345678-1234-5678-90ab-cddeefaabbcc',
    '4c4c4544-0000-2010-8020-80c04f202020',
    '00112233-4455-6677-8899-aabbccddeeff',
  ].flatMap((one): readonly Row[] => [
    [
      `a board that the vendor left at ${one}`,
      { [board]: `${one}\n` },
      one,
      'confirmed',
      'not-shown',
    ],
    [`a plane that wrote ${one} down`, { [plane]: `host=${one}\n` }, one, 'confirmed', 'not-shown'],
  ]),
]

const killing: readonly HostIs[] = ['as-named', 'as-bound', 'by-key', 'unconfirmed']
const refusals: Partial<Readonly<Record<HostIs, string>>> = {
  'not-shown': 'host-not-confirmed',
  contradicted: 'wrong-host',
}
const because = (report: VmReport): string => decide({ kind: 'report', report }).because

for (const [what, files, hostUuid, pin, is] of rows) {
  test(`${is}: ${what}`, async (t) => {
    const { host } = await reportOf(newVm(), { hostUuid, pin, holdMs: 0 }, programOn(t, files))
    t.equal(host.is, is)
  })
}

/** One row of each fate. */
const fates = [...new Map(rows.toReversed().map((row) => [row[4], row])).values()]

for (const [what, files, hostUuid, pin, is] of fates) {
  const mayKill = killing.includes(is)
  test(`on a host that is ${is} a qemu is ${mayKill ? 'killed' : 'left alone'}`, async (t) => {
    const vm = newVm()
    const child = await standIn('qemu-kvm', '-uuid', vm)
    t.teardown(async () => {
      await endStandIn(child)
    })
    const report = await reportOf(vm, { hostUuid, pin }, programOn(t, files))
    t.equal(isAlive(child), !mayKill, what)
    t.equal(because(report), mayKill ? 'destroyed' : refusals[is])
    t.equal(
      report.qemus.length,
      mayKill ? 1 : 0,
      'a host that is not the right one is not looked at',
    )
  })
}

test('the report tells what the host calls itself, each once', async (t) => {
  const text = programOn(t, {
    [plane]: `host=${sent}\n`,
    [libvirtd]: `host_uuid = "${sent}"\n`,
    [machine]: `${other.replaceAll('-', '')}\n`,
  })
  const { host } = await reportOf(newVm(), { holdMs: 0 }, text)
  t.same(
    host.hostUuids,
    [sent, other].map((one) => one.replaceAll('-', '')),
  )
})

test('what a host calls itself has an end', async (t) => {
  const many = Array.from({ length: 40 }, () => `host=${newVm()}\n`).join('')
  const { host } = await reportOf(newVm(), { holdMs: 0 }, programOn(t, { [plane]: many }))
  t.equal(host.hostUuids.length, 8)
})
