/** The suspect's program on several VMs at once, and when it only looks. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import type { Test } from 'tap'
import { decide } from '../../../agent/domain/decide.ts'
import type { VmReport } from '../../../agent/domain/evidence.ts'
import { mayProceed } from '../../../agent/domain/verdict.ts'
import { composeRun } from '../../../agent/suspect/program.ts'
import { installProgram } from '../../fixtures/installed-program.ts'
import {
  endStandIn,
  isAlive,
  newVm,
  requestOf,
  runBatch,
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
