/**
 * The hook that libvirt runs before it starts a VM, by the shells that are a /bin/sh somewhere. The
 * files that it reads stand in a folder.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import type { Test } from 'tap'
import { someVm, uuid } from '../fixtures/values/evidence.ts'

const script = readFileSync('packaging/common/libvirt-hook.sh', 'utf8')
const shells = ['dash', 'bash', 'busybox'].filter((one) => spawnSync(one, ['-c', ':']).status === 0)

const otherVm = uuid('99999999-2222-4333-8444-555555555555')
const boot = 'b0000000-1111-4222-8333-444444444444'
const definition = (uuid: string, name = uuid): string =>
  `<domain type='kvm' id='3'>\n  <name>${name}</name>\n  <uuid>${uuid}</uuid>\n  <memory unit='KiB'>1048576</memory>\n</domain>\n`

interface Host {
  readonly entries?: Readonly<Record<string, string>>
  readonly uptime?: string
  readonly bootId?: string
}

/** Ends with 0 or 1 by each shell alike; what it says is for libvirt's error. */
const ask = (
  t: Test,
  { entries = {}, uptime = '1000.57 900.00\n', bootId = `${boot}\n` }: Host,
  xml: string,
  args: readonly string[] = ['some-name', 'prepare', 'begin', '-'],
): { readonly status: number | null; readonly said: string } => {
  const place = t.testdir({
    run: entries,
    uptime,
    boot_id: bootId,
  })
  const text = script
    .replaceAll('/run/peerfence-quarantine', join(place, 'run'))
    .replaceAll('/proc/sys/kernel/random/boot_id', join(place, 'boot_id'))
    .replaceAll('/proc/uptime', join(place, 'uptime'))
  const ended = shells.map((shell) => {
    const words = shell === 'busybox' ? ['sh'] : []
    // No program is to be found, so that none can be started.
    const { status, stderr, stdout } = spawnSync(shell, [...words, '-c', text, 'qemu', ...args], {
      input: xml,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] ?? '' },
      timeout: 20_000,
    })
    t.equal(stdout, '', 'on stdout libvirt would take a definition')
    return { status, said: stderr }
  })
  const [first] = ended
  if (first === undefined) throw new Error('no shell')
  for (const { status } of ended) t.equal(status, first.status, 'every shell says the same')
  return first
}

const entry = (vm: string, end: number | string, of = boot, mark = ' .\n'): string =>
  `${vm} ${of} ${end}${mark}`
const inQuarantine = { entries: { 'aa.entries': entry(someVm, 1100) } }

test('a VM in quarantine does not start, is not restored, and is not received', async (t) => {
  for (const operation of ['prepare', 'start', 'restore', 'migrate']) {
    const args = ['a-name', operation, 'begin', '-']
    const { status, said } = ask(t, inQuarantine, definition(someVm, 'a-name'), args)
    t.equal(status, 1, operation)
    t.match(
      said,
      `peerfence: ${someVm} was fenced on this host and is in quarantine for 100 s more`,
    )
    t.match(said, `'peerfence unfence ${someVm} HOST' on the peer lets it start`)
    t.match(said, /'rm \S+\/aa\.entries' here/)
    t.notMatch(said, '#', 'nothing that looks like a prompt of virsh')
  }
})

test('all else that libvirt does with it passes', async (t) => {
  const others = ['started', 'stopped', 'release', 'reconnect', 'attach', '']
  for (const operation of others) {
    const { status } = ask(t, inQuarantine, definition(someVm), ['n', operation, 'begin', '-'])
    t.equal(status, 0, operation)
  }
  t.equal(ask(t, inQuarantine, definition(someVm), []).status, 0, 'no argument')
})

test('a VM is known by its uuid alone', async (t) => {
  t.equal(ask(t, inQuarantine, definition(otherVm, someVm)).status, 0, 'the name of a copy')
  const description = `<domain>\n  <name>&lt;uuid&gt;${someVm}&lt;/uuid&gt;</name>\n  <uuid>${otherVm}</uuid>\n  <description><uuid>${someVm}</uuid></description>\n</domain>\n`
  t.equal(ask(t, inQuarantine, description).status, 0, 'its uuid elsewhere in another VM')
  const oneLine = `<domain><name>x</name><uuid>${someVm}</uuid><title><uuid>${otherVm}</uuid></title></domain>`
  t.equal(ask(t, inQuarantine, oneLine).status, 1, 'all in one line, which does not end')
})

const passing: readonly (readonly [string, Host])[] = [
  ['there is no entry', {}],
  ['it has ended', { entries: { 'aa.entries': entry(someVm, 1000) } }],
  ['it is of another boot', { entries: { 'aa.entries': entry(someVm, 1100, 'b1') } }],
  ['it was taken back', { entries: { 'aa.entries': entry(someVm, 1100) + entry(someVm, 0) } }],
  ['it is not whole', { entries: { 'aa.entries': entry(someVm, 1100, boot, '') } }],
  [
    'it has a dot and no end of line',
    { entries: { 'aa.entries': entry(someVm, 1100, boot, ' .') } },
  ],
  ['it has no end', { entries: { 'aa.entries': entry(someVm, '') } }],
  ['it has a word for an end', { entries: { 'aa.entries': entry(someVm, 'soon') } }],
  ['its end would be octal', { entries: { 'aa.entries': entry(someVm, '01100') } }],
  ['its end is below zero', { entries: { 'aa.entries': entry(someVm, '-1100') } }],
  ['its end is no number that fits', { entries: { 'aa.entries': entry(someVm, '1'.repeat(30)) } }],
  ['it would last for days', { entries: { 'aa.entries': entry(someVm, 999_999) } }],
  ['there is more in the line', { entries: { 'aa.entries': entry(someVm, 1100, boot, ' . x\n') } }],
  ['the file is noise', { entries: { 'aa.entries': '\u0000\u0001\u0002\n\n  \n.\n' } }],
  ['the file is called otherwise', { entries: { daemons: entry(someVm, 1100) } }],
  ['nobody knows the time', { ...inQuarantine, uptime: '' }],
  ['the time is no number', { ...inQuarantine, uptime: 'x.y z\n' }],
  ['the time is octal', { ...inQuarantine, uptime: '0100.00 1.0\n' }],
  ['nobody knows the boot', { ...inQuarantine, bootId: '' }],
]

for (const [what, host] of passing) {
  test(`the VM starts where ${what}`, async (t) => {
    t.equal(ask(t, host, definition(someVm)).status, 0)
  })
}

test('any VM starts where the XML cannot be read', async (t) => {
  for (const xml of ['', 'no XML', '<domain>\n<uuid>', `<uuid>${someVm}\n</uuid>`]) {
    t.equal(ask(t, inQuarantine, xml).status, 0, xml)
  }
})

test('a folder or a missing place in the place of an entry lets every VM start', async (t) => {
  t.equal(ask(t, { entries: { 'aa.entries': '' } }, definition(someVm)).status, 0)
  const place = t.testdir({ run: { 'aa.entries': {} } })
  const text = script.replaceAll('/run/peerfence-quarantine', join(place, 'run'))
  const input = definition(someVm)
  t.equal(spawnSync('dash', ['-c', text, 'qemu', 'n', 'start'], { input }).status, 0)
  const gone = script.replaceAll('/run/peerfence-quarantine', join(place, 'gone'))
  t.equal(spawnSync('dash', ['-c', gone, 'qemu', 'n', 'start'], { input }).status, 0)
})

test('what one fence takes back is not what another has set', async (t) => {
  const entries = {
    'aa.entries': entry(someVm, 1100) + entry(otherVm, 1100) + entry(someVm, 0),
    'bb.entries': entry(someVm, 1050) + entry(otherVm, 900),
  }
  const { status, said } = ask(t, { entries }, definition(someVm))
  t.equal(status, 1)
  t.match(said, 'for 50 s more')
})

test('it starts no program, and reads nothing but memory', async (t) => {
  const place = t.testdir({})
  const { status } = spawnSync(
    '/bin/sh',
    ['packaging/common/libvirt-hook.sh', 'n', 'start', 'begin', '-'],
    { input: definition(someVm), env: { PATH: place } },
  )
  t.equal(status, 0)
  const paths = [...script.matchAll(/(?<![\w.])\/[a-z][\w/-]*/g)].map(([path]) => path)
  const read = new Set(paths.filter((path) => /^\/(proc|run)\//.test(path)))
  t.same([...read].toSorted(), [
    '/proc/sys/kernel/random/boot_id',
    '/proc/uptime',
    '/run/peerfence-quarantine/',
  ])
})
