// runs in a process of its own: it waits for holds and budgets, and others can run meanwhile
/** The suspect's program on several VMs at once, and when it only looks. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { release } from 'node:os'
import { join } from 'node:path'
import { setTimeout as turn } from 'node:timers/promises'
import { test } from 'tap'
import type { Test } from 'tap'
import { decide } from '../../../agent/domain/decide.ts'
import type { VmReport } from '../../../agent/domain/evidence.ts'
import { mayProceed } from '../../../agent/domain/verdict.ts'
import type { SuspectTools } from '../../../agent/fence/ports.ts'
import { createReportReader } from '../../../agent/suspect/report/report.ts'
import { installProgram } from '../../fixtures/servers/installed-program.ts'
import {
  composeAll,
  daemonName,
  endStandIn,
  isAlive,
  newVm,
  programText,
  requestOf,
  runBatch,
  runStdin,
  standIn,
} from '../../fixtures/servers/local-program.ts'

const because = (report: VmReport | undefined): string =>
  report === undefined ? 'no report' : decide({ kind: 'report', report }).because
const budgetMs = 8_000

const start = async (t: Test, argv0: string, ...args: readonly string[]) => {
  const child = await standIn(argv0, ...args)
  t.teardown(async () => {
    await endStandIn(child)
  })
  return child
}

test('each VM of a list has a report of its own', async (t) => {
  const vms = Array.from({ length: 6 }, newVm)
  const [first, second, third] = vms
  if (first === undefined || second === undefined || third === undefined) throw new Error('six')
  const killed = [
    await start(t, 'qemu-kvm', '-uuid', first),
    await start(t, 'qemu-kvm', '-uuid', second),
    await start(t, 'qemu-kvm', '-uuid', second, '-incoming', 'defer'),
  ]
  const doubtful = await start(t, 'vmm', '-machine', 'q35', '-uuid', third)
  const bystander = await start(t, 'qemu-kvm', '-uuid', newVm())
  const { reports, fault } = await runBatch(vms.map((vm) => ({ vm, budgetMs })))
  t.equal(fault, undefined)
  const of = (vm: string) => reports.find((report) => report.vm === vm)
  t.equal(because(of(first)), 'destroyed')
  t.equal(because(of(second)), 'destroyed')
  t.equal(of(second)?.qemus.length, 2)
  t.equal(because(of(third)), 'ambiguous-process')
  for (const vm of vms.slice(3)) t.equal(because(of(vm)), 'already-gone')
  t.notOk(killed.some(isAlive))
  t.ok(isAlive(doubtful) && isAlive(bystander))
  t.equal(reports.at(-1)?.vm, third, 'a doubt that a moment might clear up held back nobody else')
})

test('each VM has a deadline of its own', async (t) => {
  const [hasty, patient] = [newVm(), newVm()]
  await start(t, 'vmm', '-machine', 'q35', '-uuid', hasty)
  await start(t, 'qemu-kvm', '-uuid', patient)
  const asked = [
    { vm: hasty, budgetMs: 400 },
    { vm: patient, budgetMs },
  ]
  const { reports, fault } = await runBatch(asked, { holdMs: 1_200 })
  t.equal(fault, undefined)
  t.same(
    reports.map(({ vm }) => vm),
    [hasty, patient],
  )
  t.equal(reports[0]?.finalScan.hold, 'cut', 'the one whose time was over has seen no hold')
  t.equal(reports[1]?.finalScan.hold, 'kept')
  t.equal(because(reports[1]), 'destroyed')
})

test('a look changes nothing, and proves no death', async (t) => {
  const [there, absent] = [newVm(), newVm()]
  const child = await start(t, 'qemu-kvm', '-uuid', there)
  const { reports, fault } = await runBatch(
    [there, absent].map((vm) => ({ vm, budgetMs })),
    { action: 'look' },
  )
  t.equal(fault, undefined)
  t.match(reports, [
    { qemus: [{ pid: child.pid, kill: 'not-sent', end: { kind: 'living' } }] },
    { qemus: [], finalScan: { hold: 'cut', living: 0 } },
  ])
  for (const report of reports) t.notOk(mayProceed(decide({ kind: 'report', report })))
  t.ok(isAlive(child))
})

test('a qemu that names two VMs of a batch is neither, and a doubt about both', async (t) => {
  const [one, other] = [newVm(), newVm()]
  const child = await start(t, 'qemu-kvm', '-uuid', one, '-uuid', other)
  const { reports } = await runBatch([one, other].map((vm) => ({ vm, budgetMs: 3_000 })))
  t.same(reports.map(because), ['ambiguous-process', 'ambiguous-process'])
  t.ok(isAlive(child))
})

test('a qemu that came back is seen though it is gone again before the hold is over', async (t) => {
  const [hasty, vm] = [newVm(), newVm()]
  const first = await start(t, 'qemu-kvm', '-uuid', vm)
  // The report of the hasty one is the occasion to look again.
  const asked = [
    { vm: hasty, budgetMs: 900 },
    { vm, budgetMs },
  ]
  const running = runBatch(asked, { holdMs: 2_500 })
  await once(first, 'exit')
  const again = await start(t, 'qemu-kvm', '-uuid', vm)
  await turn(1_300)
  await endStandIn(again)
  const { reports } = await running
  const [, report] = reports
  t.match(report, { vm, qemus: [{ seen: 'before-kill' }, { pid: again.pid, seen: 'after-kill' }] })
  t.equal(because(report), 'respawned')
})

test('a VM whose time is over by the kill is not killed', async (t) => {
  const [vm, patient] = [newVm(), newVm()]
  const child = await start(t, 'qemu-kvm', '-uuid', vm)
  const other = await start(t, 'qemu-kvm', '-uuid', patient)
  // So long it takes to read its arguments once more.
  const text = programText.replace(
    '== argv-* ]] && read_argv',
    '== argv-* ]] && nap 600 && read_argv',
  )
  t.not(text, programText)
  const asked = [
    { vm, budgetMs: 500 },
    { vm: patient, budgetMs },
  ]
  const { reports } = await runBatch(asked, {}, text)
  t.same(reports.map(because), ['not-gone-in-time', 'destroyed'])
  t.match(reports[0]?.qemus, [{ pid: child.pid, kill: 'not-sent' }])
  t.ok(isAlive(child))
  t.notOk(isAlive(other))
})

/** A virsh that is long in connecting, keeps what it is told, and takes its time. */
const slowVirsh = (log: string, { connectSec, answerSec }: Slow): string => `#!/bin/bash -p
sleep ${connectSec}
printf '# '
while read -r line; do
  echo "$line" >>${log}
  sleep ${answerSec}
  printf 'running\\n# '
done
`

interface Slow {
  readonly connectSec: number
  readonly answerSec: number
  readonly pgrepSec: number
}

const withVirsh = async (t: Test, slow: Slow = { connectSec: 0, answerSec: 1.5, pgrepSec: 0 }) => {
  const directory = t.testdir({ told: '' })
  const log = join(directory, 'told')
  const program = installProgram(directory)
  await start(t, daemonName)
  // The stand-ins of the fixture do nothing at all; these three are real.
  writeFileSync(join(directory, 'shims', 'virsh'), slowVirsh(log, slow), { mode: 0o755 })
  writeFileSync(
    join(directory, 'shims', 'pgrep'),
    `#!/bin/bash -p\nsleep ${slow.pgrepSec}\nexit 1\n`,
    { mode: 0o755 },
  )
  writeFileSync(join(directory, 'shims', 'sleep'), '#!/bin/bash -p\nread -t "$1" <> <(:)\n', {
    mode: 0o755,
  })
  return { run: program.run, told: () => readFileSync(log, 'utf8').split('\n').filter(Boolean) }
}

/** What of it would end a run that was started since. */
const destroys = (told: readonly string[]): readonly string[] =>
  told.filter((line) => line.startsWith('destroy ')).toSorted()

test('libvirt is told by uuid, a few at once, and to destroy nothing after the first report', async (t) => {
  const { run, told } = await withVirsh(t, { connectSec: 0, answerSec: 0.8, pgrepSec: 0 })
  const vms = Array.from({ length: 12 }, newVm)
  const request = {
    ...requestOf(newVm()),
    vms: vms.map((vm) => ({ vm, budgetMs: 20_000 })),
    holdMs: 2_200,
  }
  const { stdin } = composeAll(undefined, request)
  const { code, stdout } = await run(stdin)
  t.equal(code, 0)
  t.equal(stdout.match(/virsh state=running\n/g)?.length, 12)
  const domstates = told().filter((line) => line.startsWith('domstate '))
  t.same([...new Set(domstates)].toSorted(), vms.map((vm) => `domstate ${vm}`).toSorted())
  t.same(
    destroys(told()),
    vms
      .slice(0, 4)
      .map((vm) => `destroy ${vm}`)
      .toSorted(),
    'four at once; the others’ turn came after the first report, and they were asked about alone',
  )
})

for (const [what, slow] of [
  ['that is told quickly', { connectSec: 0, answerSec: 0.02, pgrepSec: 0 }],
  ['that is long in starting', { connectSec: 0.5, answerSec: 0.02, pgrepSec: 0 }],
  ['after a pgrep that is slow', { connectSec: 0, answerSec: 0.02, pgrepSec: 0.8 }],
] as const) {
  test(`a virsh ${what} is told to destroy nothing after the first report`, async (t) => {
    const { run, told } = await withVirsh(t, slow)
    const vms = Array.from({ length: 40 }, newVm)
    const last = newVm()
    await start(t, 'vmm', '-machine', 'q35', '-uuid', last)
    const asked = [...vms, last].map((vm) => ({ vm, budgetMs }))
    const { stdin } = composeAll(undefined, { ...requestOf(newVm()), vms: asked, holdMs: 300 })
    let atFirst: readonly string[] | undefined
    const { stdout } = await run(stdin, {
      onStdout: (text) => {
        if (text.includes(' vm-end ')) atFirst ??= destroys(told())
      },
    })
    t.equal(stdout.match(/ vm-end /g)?.length, 41)
    t.same(destroys(told()), atFirst)
  })
}

test('a virsh is ended before the first report, though its word came late', async (t) => {
  const directory = t.testdir({ told: '' })
  const log = join(directory, 'told')
  const read = 'IFS= read -r -t 0.1 -u "$beside_fd" line'
  const { run } = installProgram(directory, (text) => {
    // Once it runs out of time in the middle of a line, as a program does that gets no processor.
    const starved = text.replace(read, read.replace('0.1', '"$((starved++ ? 1 : 0)).000001"'))
    t.not(starved, text)
    return starved.replace("beside_said=''\n", "beside_said='' starved=0\n")
  })
  const virsh = `#!/bin/bash -p
printf '# '
while read -r line; do
  [[ $line != destroy* ]] || read -t 1.5 <> <(:)
  echo "$line" >>${log}
  printf 'running\\n# '
done
`
  writeFileSync(join(directory, 'shims', 'virsh'), virsh, { mode: 0o755 })
  const vm = newVm()
  await start(t, daemonName)
  await start(t, 'qemu-kvm', '-uuid', vm)
  const { stdin } = composeAll(undefined, requestOf(vm, { holdMs: 300 }))
  const { stdout } = await run(stdin)
  t.match(stdout, /virsh state=no-answer\n/)
  await turn(1_600)
  // On a busy machine it may have been asked twice by then.
  t.same([...new Set(readFileSync(log, 'utf8').trim().split('\n'))], [`domstate ${vm}`])
})

test('a look asks libvirt, and has it destroy nothing', async (t) => {
  const { run, told } = await withVirsh(t, { connectSec: 0, answerSec: 0.1, pgrepSec: 0 })
  const vm = newVm()
  const { stdin } = composeAll(undefined, requestOf(vm, { action: 'look' }))
  const { stdout } = await run(stdin)
  t.match(stdout, /virsh state=running\n/)
  t.same(told(), [`domstate ${vm}`])
})

test('a look tells of the tools of the host', async (t) => {
  const request = { ...requestOf(newVm()), action: 'look' } as const
  const { stdin, nonce } = composeAll(programText, request)
  const { stdout } = await runStdin(stdin)
  const seen: SuspectTools[] = []
  const onReady = () => request.vms.map(({ vm }) => vm)
  const asked = { nonce, action: 'look', onReady } as const
  const reader = createReportReader(
    asked,
    () => undefined,
    (tools) => seen.push(tools),
  )
  reader.take(stdout)
  t.equal(reader.fault(), undefined)
  const [tools] = seen
  t.match(tools, { bash: /^[45]\.\d+$/, kernel: release(), pgrep: /^(\d+\.\d+|-$)/ })
  t.ok(Math.abs(Number(tools?.epochSec) - Date.now() / 1000) < 10)
})

test('a drill starts a canary of its own and kills it by the whole of a fence', async (t) => {
  const vm = newVm()
  const bystander = await start(t, 'qemu-kvm', '-uuid', newVm())
  const { reports, fault } = await runBatch([{ vm, budgetMs }], { action: 'drill' })
  t.equal(fault, undefined)
  t.match(reports, [{ qemus: [{ by: 'argv-uuid', kill: 'sent' }], virsh: 'no-daemon' }])
  t.match(because(reports[0]), /^(destroyed|zombie-only)$/)
  t.ok(isAlive(bystander))
})

test('a drill kills nothing that bore the uuid before there was a canary', async (t) => {
  const vm = newVm()
  const qemu = await start(t, 'qemu-kvm', '-uuid', vm)
  const { reports, fault } = await runBatch([{ vm, budgetMs }], { action: 'drill' })
  t.same(reports, [])
  t.equal(fault, 'program-failed')
  t.ok(isAlive(qemu))
})

test('a canary ends with the program that started it', async (t) => {
  const vm = newVm()
  const request = { ...requestOf(vm, { budgetMs: 20_000 }), action: 'drill' } as const
  // It is never killed: the program is cut off before.
  const text = programText.replace(
    '\tdrill_all\n',
    '\tstart_canary "${vms[0]}"; say started; tell; nap 9000\n',
  )
  t.not(text, programText)
  const child = spawn('bash', ['--noprofile', '--norc', '-p', '-s'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  child.stdin.write(composeAll(text, request).stdin)
  let said = ''
  for await (const chunk of child.stdout.setEncoding('latin1')) {
    said += String(chunk)
    if (said.includes(' started\n')) break
  }
  const canaries = (): readonly string[] =>
    readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && argumentsOf(pid).includes(vm))
  t.equal(canaries().length, 1)
  child.kill('SIGKILL')
  while (canaries().length > 0) await turn()
  t.pass('it is gone')
})

const argumentsOf = (pid: string): readonly string[] => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch (error) {
    if (error instanceof Error && 'code' in error) return []
    throw error
  }
}

test('a process that bears the pid of one of ours by now is not ended', async (t) => {
  const child = await start(t, 'bystander')
  const pid = String(child.pid)
  /** The functions of the program, and what the test asks of them. */
  const ask = (lines: string): string => {
    const text = programText.replace(/^main "\$@"$/m, lines)
    t.not(text, programText)
    return spawnSync('bash', ['-p', '-s', pid], { input: text, encoding: 'utf8' }).stdout
  }
  const start0 = ask('note_process "$1"; echo "$process"; end_process "$1:${st_start}0"; exit 0')
  t.match(start0, new RegExp(`^${pid}:\\d+\\n$`))
  await turn(50)
  t.ok(isAlive(child))
  const gone = once(child, 'exit')
  ask('note_process "$1"; end_process "$process"; exit 0')
  await gone
  t.equal(child.signalCode, 'SIGKILL')
})
