// runs in a process of its own: its title is what the program sees as the parent of a stand-in
/**
 * The quarantine that the program sets before it kills, in memory, with stand-ins for libvirt's
 * daemon and for virsh. Real ones are in test/lab.
 */
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import tap, { test } from 'tap'
import type { Test } from 'tap'
import type { ChildProcess } from 'node:child_process'
import { decide } from '../../../agent/domain/decide.ts'
import type { VmReport } from '../../../agent/domain/evidence.ts'
import type { VmUuid } from '../../../agent/domain/vm-uuid.ts'
import { createReportReader } from '../../../agent/suspect/report/report.ts'
import { installProgram } from '../../fixtures/servers/installed-program.ts'
import {
  composeAll,
  daemonName,
  endStandIn,
  newVm,
  requestOf,
  standIn,
  swapped,
} from '../../fixtures/servers/local-program.ts'
import type { Change } from '../../fixtures/servers/local-program.ts'

tap.setTimeout(180_000)

const because = (report: VmReport): string => decide({ kind: 'report', report }).because
const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
const uptimeSec = (): number => Number(readFileSync('/proc/uptime', 'utf8').split('.')[0])
const ticksOf = (pid: number): string =>
  readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[19] ?? ''
const running = async (t: Test, argv0: string, ...args: readonly string[]) => {
  const child = await standIn(argv0, ...args)
  t.teardown(async () => {
    await endStandIn(child)
  })
  return child
}

const prompt = "#!/bin/bash -p\nprintf '# '\nwhile read -r line; do\n"
const absent = 'error: failed to get domain'
const says = (text: string): string =>
  `${prompt}said='${text}'\n[[ $line != hostname ]] || said=kvm-7\nprintf '%s\\n# ' "$said"\ndone\n`
const hang = 'read -t 30 <> <(:)\n'
const virshes = {
  'no-such-vm': says(absent),
  hangs: `#!/bin/bash -p\n${hang}`,
  'answers something else': says('what a nice day'),
  'hangs when told to destroy': `${prompt}[[ $line != destroy* ]] || ${hang}printf '%s\\n# ' running\ndone\n`,
  'goes on running': `${prompt}said=running\n[[ $line != destroy* ]] || said=''\nprintf '%s\\n# ' "$said"\ndone\n`,
} as const

interface Place {
  readonly quarantine: string
  readonly hooks: string
  readonly kept: string
  readonly run: (vm: VmUuid, change?: Change) => Promise<VmReport>
  readonly setVirsh: (text: string) => void
  readonly entries: () => readonly string[]
  /** As a drill would have left it. */
  readonly noteDrill: (daemon: ChildProcess, shown: string) => void
}

const hookText = '#!/bin/sh\n# peerfence libvirt hook 1: x\n'

/** In memory, as /run is; on a disk where `isDisk`. */
const hostOf = (t: Test, virsh = virshes['no-such-vm'], isDisk = false): Place => {
  const directory = t.testdir({
    installed: {},
    etc: { libvirt: { hooks: { 'qemu.d': {} } } },
    kept: {},
    libvirt: {},
    disk: {},
  })
  const quarantine = isDisk ? join(directory, 'disk') : mkdtempSync('/dev/shm/quarantine-')
  t.teardown(() => {
    rmSync(quarantine, { recursive: true, force: true })
  })
  const hooks = join(directory, 'etc/libvirt/hooks')
  writeFileSync(join(hooks, 'qemu.d/peerfence'), hookText, { mode: 0o755 })
  const program = installProgram(join(directory, 'installed'), (text) =>
    swapped(
      text,
      ['QUARANTINE=$RUN/peerfence-quarantine', `QUARANTINE=${quarantine}`],
      ['HOOKS=$ETC/libvirt/hooks', `HOOKS=${hooks}`],
      ['KEPT=/var/lib/peerfence-quarantine', `KEPT=${directory}/kept`],
      [
        /^readonly LIBVIRT_RUN=.*$/m,
        `readonly LIBVIRT_RUN=${directory}/libvirt LIBVIRT_ETC=${directory}/libvirt`,
      ],
    ),
  )
  const setVirsh = (text: string): void => {
    writeFileSync(join(directory, 'installed/shims/virsh'), text, { mode: 0o755 })
  }
  setVirsh(virsh)
  // What the canary of a drill is, and what writes down what outlives a boot.
  for (const tool of ['bash', 'dd']) {
    symlinkSync(`/bin/${tool}`, join(directory, 'installed/shims', tool))
  }
  return {
    quarantine,
    kept: join(directory, 'kept'),
    hooks,
    setVirsh,
    run: async (vm, change = {}) => {
      const request = requestOf(vm, { budgetMs: 15_000, quarantineSec: 120, ...change })
      const { stdin, nonce } = composeAll(undefined, request)
      const { stdout } = await program.run(stdin)
      const reports: VmReport[] = []
      const asked = { nonce, action: request.action, onReady: () => [vm] }
      const reader = createReportReader(asked, (report) => reports.push(report))
      reader.take(stdout)
      const [report] = reports
      if (report === undefined || reader.fault() !== undefined) throw new Error(stdout)
      return report
    },
    entries: () =>
      existsSync(quarantine)
        ? readdirSync(quarantine)
            .filter((name) => name.endsWith('.entries'))
            .flatMap((name) =>
              readFileSync(join(quarantine, name), 'utf8').split('\n').slice(0, -1),
            )
        : [],
    noteDrill: (daemon, shown) => {
      const { pid = 0 } = daemon
      writeFileSync(join(quarantine, 'daemons'), `${pid} ${ticksOf(pid)} ${shown} d .\n`, {
        flag: 'a',
      })
    },
  }
}

test('the entry is whole, of this boot, and ends after the fence and the time that was asked for', async (t) => {
  const host = hostOf(t)
  const vm = newVm()
  const report = await host.run(vm)
  t.same(report.quarantine, { state: 'set', policy: 'optional' })
  t.equal(because(report), 'already-gone')
  const [line = '', ...more] = host.entries()
  t.same(more, [])
  const [of, boot, end, mark] = line.split(' ')
  t.same([of, boot, mark], [vm, bootId, '.'])
  const leftSec = Number(end) - uptimeSec()
  t.ok(leftSec > 120 && leftSec <= 137, `${leftSec} s left`)
})

test('where none is wanted none is set, and a look sets none', async (t) => {
  const host = hostOf(t)
  t.equal((await host.run(newVm(), { quarantineSec: 0 })).quarantine.state, 'not-set')
  t.equal((await host.run(newVm(), { action: 'look' })).quarantine.state, 'not-set')
  t.same(host.entries(), [])
})

test('a host without the package has no place for it', async (t) => {
  const host = hostOf(t)
  rmSync(host.quarantine, { recursive: true })
  const report = await host.run(newVm())
  t.equal(report.quarantine.state, 'no-hook')
  t.equal(because(report), 'already-gone')
})

test('nothing is written to a disk', async (t) => {
  const host = hostOf(t, virshes['no-such-vm'], true)
  t.equal((await host.run(newVm())).quarantine.state, 'not-writable')
  t.same(host.entries(), [])
})

test('proven: this daemon obeyed the hook, which is there, and answered about the VM', async (t) => {
  const host = hostOf(t)
  host.noteDrill(await running(t, daemonName), 'obeys')
  const report = await host.run(newVm(), { quarantine: 'required' })
  t.same(report.quarantine, { state: 'proven', policy: 'required' })
  t.equal(because(report), 'already-gone')
})

test('a proof of a qemu that was killed waits for the word of libvirt where it has to be proven', async (t) => {
  const host = hostOf(t)
  host.noteDrill(await running(t, daemonName), 'obeys')
  const vm = newVm()
  await running(t, 'qemu-kvm', '-uuid', vm)
  const report = await host.run(vm, { quarantine: 'required' })
  t.equal(report.quarantine.state, 'proven')
  t.equal(because(report), 'destroyed')
})

test('a daemon that hangs once it has answered about the VM needs no other word', async (t) => {
  const host = hostOf(t, virshes['hangs when told to destroy'])
  const daemon = await running(t, daemonName)
  t.equal(because(await host.run(newVm())), 'start-not-excluded')
  host.noteDrill(daemon, 'obeys')
  const report = await host.run(newVm())
  t.match(report, { virsh: 'no-answer', quarantine: { state: 'proven' } })
  t.equal(because(report), 'already-gone')
})

type Spoil = (host: Place, daemon: ChildProcess) => void | Promise<void>
const unproven: readonly (readonly [string, string, Spoil])[] = [
  ['no drill was made', 'set', () => undefined],
  [
    'the daemon was drilled as another process, whose pid it has',
    'set',
    (host, { pid = 0 }) => {
      writeFileSync(join(host.quarantine, 'daemons'), `${pid} 1 obeys d .\n`)
    },
  ],
  [
    'the word of the drill is not whole',
    'set',
    (host, { pid = 0 }) => {
      writeFileSync(join(host.quarantine, 'daemons'), `${pid} ${ticksOf(pid)} obeys d`)
    },
  ],
  [
    'a later drill was not obeyed',
    'hook-not-active',
    (host, daemon) => {
      host.noteDrill(daemon, 'obeys')
      host.noteDrill(daemon, 'ignores')
    },
  ],
  [
    'the hook was removed',
    'no-hook',
    (host, daemon) => {
      host.noteDrill(daemon, 'obeys')
      rmSync(join(host.hooks, 'qemu.d/peerfence'))
    },
  ],
  [
    'the hook may not be executed any more',
    'no-hook',
    (host, daemon) => {
      host.noteDrill(daemon, 'obeys')
      writeFileSync(join(host.hooks, 'qemu.d/peerfence'), hookText)
      rmSync(join(host.hooks, 'qemu.d/peerfence'))
      writeFileSync(join(host.hooks, 'qemu.d/peerfence'), hookText, { mode: 0o644 })
    },
  ],
  [
    'somebody else’s hook bears its name',
    'no-hook',
    (host, daemon) => {
      host.noteDrill(daemon, 'obeys')
      writeFileSync(join(host.hooks, 'qemu.d/peerfence'), '#!/bin/sh\nexit 0\n')
    },
  ],
  [
    'the hook that was obeyed stood elsewhere',
    'set',
    (host, daemon) => {
      host.noteDrill(daemon, 'obeys')
      writeFileSync(join(host.hooks, 'qemu'), hookText, { mode: 0o755 })
    },
  ],
  [
    'libvirt hangs',
    'taken-back',
    (host, daemon) => {
      host.noteDrill(daemon, 'obeys')
      host.setVirsh(virshes.hangs)
    },
  ],
  [
    'libvirt answers, and not about the VM',
    'taken-back',
    (host, daemon) => {
      host.noteDrill(daemon, 'obeys')
      host.setVirsh(virshes['answers something else'])
    },
  ],
  [
    'libvirt says that it runs',
    'taken-back',
    (host, daemon) => {
      host.noteDrill(daemon, 'obeys')
      host.setVirsh(virshes['goes on running'])
    },
  ],
]

for (const [what, state, spoil] of unproven) {
  test(`not proven where ${what}, and refused where it has to be`, async (t) => {
    const host = hostOf(t)
    await spoil(host, await running(t, daemonName))
    const report = await host.run(newVm(), { quarantine: 'required' })
    t.equal(report.quarantine.state, state)
    t.match(because(report), /^(quarantine-not-proven|start-not-excluded)$/)
  })
}

test('of two daemons each has to have obeyed', async (t) => {
  const host = hostOf(t)
  host.noteDrill(await running(t, daemonName), 'obeys')
  await running(t, '/usr/sbin/virtqemud')
  t.equal((await host.run(newVm())).quarantine.state, 'set')
})

test('a host without a daemon has nobody who would obey', async (t) => {
  const host = hostOf(t)
  t.equal((await host.run(newVm())).quarantine.state, 'set')
})

test('what was left alone may start again', async (t) => {
  const host = hostOf(t)
  const vm = newVm()
  // A qemu that names the VM and is none by its arguments.
  await running(t, 'a-vmm', 'qemu-kvm', '-uuid', vm, '/dev/kvm')
  await running(t, 'qemu-kvm', '-name', 'x', '-drive', `file=/${vm}/disk`)
  const report = await host.run(vm, { budgetMs: 6_000 })
  t.equal(because(report), 'ambiguous-process')
  t.equal(report.quarantine.state, 'taken-back')
  t.match(host.entries().at(-1), `${vm} ${bootId} 0 .`)
})

test('what one run takes back leaves the entry of another', async (t) => {
  const host = hostOf(t)
  const vm = newVm()
  await host.run(vm)
  host.setVirsh(virshes.hangs)
  await running(t, daemonName)
  t.equal((await host.run(vm)).quarantine.state, 'taken-back')
  const ends = host.entries().map((line) => line.split(' ')[2])
  t.equal(ends.length, 3)
  t.equal(ends.filter((end) => end === '0').length, 1)
})

test('a person lifts all entries of a VM, and of no other', async (t) => {
  const host = hostOf(t)
  const [vm, other] = [newVm(), newVm()]
  await host.run(vm)
  await host.run(vm)
  await host.run(other)
  t.equal((await host.run(vm, { action: 'unfence' })).quarantine.state, 'lifted')
  t.equal(host.entries().filter((line) => line === `${vm} ${bootId} 0 .`).length, 2)
  t.equal(host.entries().filter((line) => line.startsWith(other)).length, 1)
  const again = await host.run(vm, { action: 'unfence' })
  t.equal(again.quarantine.state, 'not-set', 'there is nothing left to lift')
  t.not(decide({ kind: 'report', report: again }).kind, 'confirmed-dead')
})

test('what outlives a boot is written down by wall clock, but for what was left alone', async (t) => {
  const host = hostOf(t)
  const [vm, spared] = [newVm(), newVm()]
  await running(t, 'qemu-kvm', '-uuid', vm)
  await host.run(vm)
  const kept = () =>
    readdirSync(host.kept).map((name) => readFileSync(join(host.kept, name), 'utf8'))
  const [line = ''] = kept()
  const [of, left, end, mark] = line.split(' ')
  t.same([of, mark], [vm, '.\n'])
  t.ok(Number(left) > 120 && Number(left) <= 137, `${left} s`)
  const nowSec = Date.now() / 1000
  t.ok(Number(end) > nowSec + 100 && Number(end) < nowSec + 140, `until ${end}`)
  await running(t, 'qemu-kvm', '-uuid', spared)
  process.title = 'a loop of somebody'
  t.equal(because(await host.run(spared)), 'supervised')
  process.title = 'libvirtd'
  t.notMatch(kept().join(''), spared)
  await host.run(vm, { action: 'unfence' })
  t.ok(kept().every((text) => text.endsWith(`${vm} 0 0 .\n`)))
})

test('the drill: a domain of its own must not start', async (t) => {
  const rows = [
    ['it obeys', 'obeys', 'error: hook: $uuid was fenced and is in quarantine for 9 s', 'proven'],
    [
      'it does not',
      'ignores',
      'error: cannot open /nonexistent/peerfence-drill',
      'hook-not-active',
    ],
    ['it starts it', 'ignores', 'Domain created', 'hook-not-active'],
    ['it cannot be told', '', 'error: no emulator', 'set'],
  ] as const
  for (const [what, shown, answer, state] of rows) {
    const definition = 'xml=$(<"${line##* }"); uuid=${xml#*<uuid>}; uuid=${uuid%%<*}'
    const virsh = `${prompt}said='${absent}'
[[ $line != hostname ]] || said=kvm-7
if [[ $line == create* ]]; then ${definition}; said="${answer}"; fi
printf '%s\\n# ' "$said"\ndone\n`
    const host = hostOf(t, virsh)
    const daemon = await running(t, daemonName)
    const report = await host.run(newVm(), { action: 'drill' })
    t.equal(because(report), 'destroyed', what)
    t.equal(report.quarantine.state, state, what)
    const noted = join(host.quarantine, 'daemons')
    const text = existsSync(noted) ? readFileSync(noted, 'utf8') : ''
    const { pid = 0 } = daemon
    t.equal(text, shown === '' ? '' : `${pid} ${ticksOf(pid)} ${shown} d .\n`, what)
    await endStandIn(daemon)
  }
})

test('a drill where libvirt hangs is over in its time, and shows nothing', async (t) => {
  const host = hostOf(t, virshes.hangs)
  await running(t, daemonName)
  const report = await host.run(newVm(), { action: 'drill' })
  t.equal(because(report), 'destroyed')
  t.equal(report.quarantine.state, 'set')
})
