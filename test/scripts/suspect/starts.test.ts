/**
 * A VM that libvirt is about to start: what it wrote down, and what its daemons say, by stand-ins.
 * Real ones are in test/lab.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import type { Test } from 'tap'
import { decide } from '../../../agent/domain/decide.ts'
import type { VmReport } from '../../../agent/domain/evidence.ts'
import type { VmUuid } from '../../../agent/domain/vm-uuid.ts'
import { installProgram } from '../../fixtures/servers/installed-program.ts'
import {
  composeAll,
  daemonName,
  endStandIn,
  isAlive,
  newVm,
  requestOf,
  standIn,
} from '../../fixtures/servers/local-program.ts'
import type { Change } from '../../fixtures/servers/local-program.ts'
import { parseReport } from '../../fixtures/values/report-text.ts'

const because = (report: VmReport): string => decide({ kind: 'report', report }).because

const ending = (t: Test, child: ChildProcess): ChildProcess => {
  t.teardown(async () => {
    await endStandIn(child)
  })
  return child
}

/** A process of one task, as a fork of a daemon is, under any arguments. */
const single = async (t: Test, argv0: string, ...args: readonly string[]) => {
  const idle = 'echo up; read -t 60 <> <(:)'
  const child = spawn('bash', ['-c', idle, ...args], { argv0, stdio: ['ignore', 'pipe', 'ignore'] })
  await once(child.stdout, 'data')
  return ending(t, child)
}

interface Files {
  readonly pid?: number | undefined
  readonly status?: { readonly pid: number | undefined; readonly uuid: string }
  readonly definition?: string
}

/**
 * A host whose libvirt wrote down these files, by the names of VMs; `says` is virsh's word for
 * everything.
 */
const hostOf = (t: Test, files: Readonly<Record<string, Files>>, says = 'no-such-vm') => {
  const directory = t.testdir({ run: {}, etc: {}, installed: {} })
  for (const [name, { pid, status, definition }] of Object.entries(files)) {
    if (pid !== undefined) writeFileSync(join(directory, 'run', `${name}.pid`), `${pid}`)
    if (status !== undefined) {
      const text = `<!--\nWARNING\n-->\n<domstatus state='shutoff' reason='booted' pid='${status.pid ?? 0}'>\n  <domain type='kvm'>\n    <name>${name}</name>\n    <uuid>${status.uuid}</uuid>\n`
      writeFileSync(join(directory, 'run', `${name}.xml`), text)
    }
    if (definition !== undefined) {
      writeFileSync(join(directory, 'etc', `${name}.xml`), `<domain>\n<uuid>${definition}</uuid>\n`)
    }
  }
  const paths = /^readonly LIBVIRT_RUN=.*$/m
  const program = installProgram(join(directory, 'installed'), (text) =>
    text.replace(paths, `readonly LIBVIRT_RUN=${directory}/run LIBVIRT_ETC=${directory}/etc`),
  )
  writeFileSync(join(directory, 'installed', 'shims', 'virsh'), virshes[says] ?? '', {
    mode: 0o755,
  })
  mkdirSync(join(directory, 'run', 'swtpm'))
  return async (vm: VmUuid, change: Change = {}): Promise<VmReport> => {
    const request = requestOf(newVm(), { budgetMs: 10_000, ...change })
    const asked = { ...request, vms: request.vms.map((one) => ({ ...one, vm })) }
    const { stdin, nonce } = composeAll(undefined, asked)
    const { stdout, tookMs } = await program.run(stdin)
    if (tookMs > hangMs - 3_000) throw new Error('a virsh outlived the program')
    const parsed = parseReport(stdout, nonce, vm)
    if (parsed.kind === 'complete') return parsed.report
    throw new Error(`no report: ${stdout}`)
  }
}

/** How long a virsh hangs; longer than any fence of these tests, which ends it. */
const hangMs = 30_000
const hang = `read -t ${hangMs / 1000} <> <(:)`
const saying = (text: string, hostname = text): string => `#!/bin/bash -p
printf '# '
while read -r line; do
  said='${text}'
  [[ $line != hostname ]] || said='${hostname}'
  printf '%s\\n# ' "$said"
done
`
const absent = 'error: failed to get domain'
const virshes: Readonly<Record<string, string>> = {
  'no-such-vm': saying(absent, 'kvm-7'),
  // As a real one does whose daemon was killed: all that it says more of it may come too late.
  'loses its daemon': saying(absent, 'error: Failed to reconnect to the hypervisor'),
  'finds another daemon': saying(absent, 'error: Reconnected to the hypervisor\nkvm-7'),
  'not-running': saying('shut off'),
  running: saying('running'),
  failed: saying('error: internal'),
  hangs: `#!/bin/bash -p\n${hang}\n`,
  'hangs when asked': `#!/bin/bash -p\nprintf '# '\n${hang}\n`,
  'virtqemud hangs': `#!/bin/bash -p
[[ $* != *virtqemud-sock ]] || ${hang}${saying(absent, 'kvm-7').slice('#!/bin/bash -p'.length)}`,
  'cannot connect': '#!/bin/bash -p\necho error: failed to connect\n',
  destroys: `#!/bin/bash -p
state=running
printf '# '
while read -r line; do
  [[ $line != destroy* ]] || state='shut off' line=''
  printf '%s\\n# ' "\${line:+$state}"
done
`,
}

const forks: readonly (readonly [string, (vm: string, pid: number) => Record<string, Files>])[] = [
  ['a pid file and a status file name', (vm, pid) => ({ web: { pid, status: { pid, uuid: vm } } })],
  ['a status file alone names', (vm, pid) => ({ web: { status: { pid, uuid: vm } } })],
  [
    'a pid file names before the status file does',
    (vm, pid) => ({ web: { pid, status: { pid: 0, uuid: vm } } }),
  ],
  [
    'a pid file names, and the definition tells whose it is',
    (vm, pid) => ({ web: { pid, definition: vm } }),
  ],
]

for (const [what, files] of forks) {
  test(`the fork of a daemon that ${what} is the VM, and is ended`, async (t) => {
    const vm = newVm()
    const child = await single(t, '/usr/sbin/libvirtd', '-d')
    ending(t, await standIn(daemonName))
    const report = await hostOf(t, files(vm, child.pid ?? 0), 'hangs')(vm)
    t.match(report.qemus, [{ pid: child.pid, by: 'libvirt-start', kill: 'sent' }])
    t.equal(because(report), 'destroyed')
    t.notOk(isAlive(child))
  })
}

test('what stands in stale files and got the pid of a qemu that is gone is left alone', async (t) => {
  const vm = newVm()
  const stranger = await single(t, 'postgres', '-D', '/data')
  // The daemon itself has many tasks, whatever file names it.
  const daemon = ending(t, await standIn('/usr/sbin/libvirtd'))
  for (const { pid } of [stranger, daemon]) {
    const report = await hostOf(t, { web: { pid, status: { pid, uuid: vm } } })(vm)
    t.equal(because(report), 'already-gone')
  }
  const own = await hostOf(t, { driver: { pid: daemon.pid } })(vm)
  t.equal(because(own), 'already-gone')
  t.ok(isAlive(stranger) && isAlive(daemon))
})

const forkDoubts: readonly (readonly [
  string,
  string,
  (vm: string, pid: number) => Record<string, Files>,
])[] = [
  ['nobody can name', 'unattributable-qemu', (_vm, pid) => ({ web: { pid } })],
  [
    'two VMs claim',
    'unattributable-qemu',
    (vm, pid) => ({
      web: { pid, status: { pid, uuid: vm } },
      db: { pid, status: { pid, uuid: newVm() } },
    }),
  ],
]

for (const [what, reason, files] of forkDoubts) {
  test(`the fork of a daemon that ${what} is left alone, and is a doubt`, async (t) => {
    const vm = newVm()
    const child = await single(t, '/usr/sbin/virtqemud', '-d')
    const report = await hostOf(t, files(vm, child.pid ?? 0))(vm)
    t.equal(because(report), reason)
    t.ok(isAlive(child))
  })
}

test('the fork of another VM is no concern of this one', async (t) => {
  const child = await single(t, '/usr/sbin/libvirtd', '-d')
  const { pid } = child
  const report = await hostOf(t, { web: { pid, status: { pid, uuid: newVm() } } })(newVm())
  t.equal(because(report), 'already-gone')
  t.ok(isAlive(child))
})

test('a script that libvirt runs for an emulator is left alone, and is a doubt', async (t) => {
  const vm = newVm()
  const child = await single(t, '/bin/sh', '/usr/local/bin/emulator', '-uuid', vm)
  const { pid } = child
  const report = await hostOf(t, { web: { pid, status: { pid, uuid: vm } } })(vm)
  t.equal(because(report), 'ambiguous-process')
  t.ok(isAlive(child))
})

const words: readonly (readonly [string, string, string])[] = [
  ['no-such-vm', 'no-such-vm', 'already-gone'],
  ['not-running', 'not-running', 'already-gone'],
  ['destroys', 'destroyed', 'already-gone'],
  ['running', 'running', 'start-not-excluded'],
  ['failed', 'failed', 'start-not-excluded'],
  ['loses its daemon', 'failed', 'start-not-excluded'],
  ['finds another daemon', 'failed', 'start-not-excluded'],
  ['hangs', 'no-answer', 'start-not-excluded'],
  ['hangs when asked', 'no-answer', 'start-not-excluded'],
  ['cannot connect', 'no-answer', 'start-not-excluded'],
]

for (const [says, word, reason] of words) {
  test(`nothing is seen, and virsh at a daemon ${says}: ${reason}`, async (t) => {
    ending(t, await standIn(daemonName))
    const vm = newVm()
    const report = await hostOf(t, {}, says)(vm)
    t.equal(report.virsh, word)
    t.equal(because(report), reason)
  })
}

test('of two daemons each has to answer', async (t) => {
  ending(t, await standIn(daemonName))
  ending(t, await standIn('/usr/sbin/virtqemud'))
  for (const [says, word, reason] of [
    ['no-such-vm', 'no-such-vm', 'already-gone'],
    ['virtqemud hangs', 'no-answer', 'start-not-excluded'],
  ] as const) {
    const report = await hostOf(t, {}, says)(newVm())
    t.equal(report.virsh, word)
    t.equal(because(report), reason)
  }
})

test('a qemu that was killed is proven dead though libvirt hangs', async (t) => {
  ending(t, await standIn(daemonName))
  const vm = newVm()
  ending(t, await standIn('qemu-kvm', '-uuid', vm))
  const report = await hostOf(t, {}, 'hangs')(vm)
  t.equal(report.virsh, 'no-answer')
  t.equal(because(report), 'destroyed')
})

test('a host without a daemon has nobody to ask, and no virsh wakes one', async (t) => {
  const report = await hostOf(t, {}, 'running')(newVm())
  t.equal(report.virsh, 'no-daemon')
  t.equal(because(report), 'already-gone')
})
