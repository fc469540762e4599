/** The suspect's program on several VMs at once, and when it only looks. */
import { spawn } from 'node:child_process'
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
import { composeRun } from '../../../agent/suspect/program.ts'
import { createReportReader } from '../../../agent/suspect/report.ts'
import { installProgram } from '../../fixtures/installed-program.ts'
import {
  endStandIn,
  isAlive,
  newVm,
  programText,
  requestOf,
  runBatch,
  runStdin,
  standIn,
} from '../../fixtures/local-program.ts'

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
  const doubtful = await start(t, 'vmm', '-uuid', third)
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
  await start(t, 'vmm', '-uuid', hasty)
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

/** A virsh that keeps what it is told, and takes its time. */
const slowVirsh = (log: string): string => `#!/bin/bash -p
printf '# '
while read -r line; do
  echo "$line" >>${log}
  sleep 1.5
  printf 'running\\n# '
done
`

const withVirsh = (t: Test) => {
  const directory = t.testdir({ told: '' })
  const log = join(directory, 'told')
  const program = installProgram(directory)
  // The stand-ins of the fixture do nothing at all; these two are real.
  writeFileSync(join(directory, 'shims', 'virsh'), slowVirsh(log), { mode: 0o755 })
  writeFileSync(join(directory, 'shims', 'sleep'), '#!/bin/bash -p\nread -t "$1" <> <(:)\n', {
    mode: 0o755,
  })
  return { run: program.run, told: () => readFileSync(log, 'utf8').split('\n').filter(Boolean) }
}

test('libvirt is told by uuid, a few at once, and nothing after the first report', async (t) => {
  const { run, told } = withVirsh(t)
  const vms = Array.from({ length: 12 }, newVm)
  // This one is reported two seconds after the others.
  await start(t, 'vmm', '-uuid', vms.at(-1) ?? '')
  const request = { ...requestOf(newVm()), vms: vms.map((vm) => ({ vm, budgetMs })), holdMs: 2_200 }
  const { stdin } = composeRun(undefined, request)
  const { code } = await run(stdin)
  t.equal(code, 0)
  const lines = told()
  t.same(
    lines.slice(0, 4).toSorted(),
    vms
      .slice(0, 4)
      .map((vm) => `domstate ${vm}`)
      .toSorted(),
  )
  t.same(
    lines.slice(4).toSorted(),
    vms
      .slice(0, 4)
      .map((vm) => `destroy ${vm}`)
      .toSorted(),
    'four at once; the others’ turn would have come after the first report',
  )
})

test('a look asks libvirt, and has it destroy nothing', async (t) => {
  const { run, told } = withVirsh(t)
  const vm = newVm()
  const { stdin } = composeRun(undefined, requestOf(vm, { action: 'look' }))
  const { stdout } = await run(stdin)
  t.match(stdout, /virsh state=running\n/)
  t.same(told(), [`domstate ${vm}`])
})

test('a look tells of the tools of the host', async (t) => {
  const request = { ...requestOf(newVm()), action: 'look' } as const
  const { stdin, nonce } = composeRun(programText, request)
  const { stdout } = await runStdin(stdin)
  const seen: SuspectTools[] = []
  const asked = { nonce, action: 'look', vms: request.vms.map(({ vm }) => vm) } as const
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
  t.match(reports, [{ qemus: [{ by: 'argv-uuid', kill: 'sent' }], virsh: 'left-out' }])
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
    '\tstart_canary "${vms[0]}"; say ready; tell; nap 9000\n',
  )
  t.not(text, programText)
  const child = spawn('bash', ['--noprofile', '--norc', '-p', '-s'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  child.stdin.write(composeRun(text, request).stdin)
  let said = ''
  for await (const chunk of child.stdout.setEncoding('latin1')) {
    said += String(chunk)
    if (said.includes(' ready\n')) break
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
