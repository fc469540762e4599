/**
 * Reports with several random faults at once. No fault may make a proof: a spoiled report proves
 * only what the report that it was made of had proven, by the very same evidence.
 */
import { isDeepStrictEqual } from 'node:util'
import { test } from 'tap'
import { decide } from '../../agent/domain/decide.ts'
import type { VmReport } from '../../agent/domain/evidence.ts'
import type { VmUuid } from '../../agent/domain/vm-uuid.ts'
import { mayProceed } from '../../agent/domain/verdict.ts'
import { someVm, uuid } from '../fixtures/values/evidence.ts'
import { fuzzPrng, row, spoilMore, tally } from '../fixtures/values/fuzz.ts'
import type { Prng } from '../nemesis/prng.ts'
import { numbered, reportBodies, parseReport } from '../fixtures/values/report-text.ts'

const nonce = '7f3a9c0d11b2'
const otherNonce = '7f3a9c0d11b3'
const otherVm = uuid('11111111-2222-4333-8444-555555555556')

const qemu = 'qemu pid=84 start=1234 by=argv-uuid'
const gone = `${qemu} seen=before-kill kill=sent end=gone after_ms=10 tasks=0`
const living = [
  `${qemu} seen=before-kill kill=sent end=living after_ms=0 tasks=2`,
  'task tid=85 state=D wchan=exit_aio comm=worker',
  'task tid=84 state=S wchan=- comm=qemu-kvm',
]
const isAlive = (line: string): string => line.replace('living=0', 'living=1')
const textOf = (...given: Parameters<typeof reportBodies>): string =>
  numbered(nonce, reportBodies(...given)).join('')

const proofs = [
  textOf(someVm),
  textOf(someVm, [gone]),
  textOf(someVm, [gone.replace('end=gone', 'end=zombie'), gone.replace('84', '9')]),
]
const refusals = [
  textOf(someVm, living, isAlive),
  textOf(someVm, [...living, gone.replace('84', '9')], isAlive),
  textOf(someVm, ['doubtful why=ambiguous pid=7 comm=qemu'], (line) =>
    line.replace('ambiguous=0', 'ambiguous=1'),
  ),
  textOf(someVm, [gone], (line) => line.replace('hold=kept', 'hold=cut')),
  textOf(someVm, [gone], (line) => line.replace('drained=not-needed', 'drained=no')),
  textOf(someVm, [], (line) => line.replace('processes=all', 'processes=hidden')),
]
/** One program run for two VMs: the one that was asked for lives, the other is gone. */
const batch = (vms: readonly [string, string]): string => {
  const [first, second] = vms.map((vm) =>
    vm === someVm ? reportBodies(vm, living, isAlive) : reportBodies(vm, [gone]),
  )
  if (first === undefined || second === undefined) throw new Error('two VMs')
  const bodies = [...first.slice(0, -1), ...second.slice(3, -1)]
  const head = bodies[0]?.replace('vms=1', 'vms=2') ?? ''
  return numbered(nonce, [head, ...bodies.slice(1), `end lines=${bodies.length + 1}`]).join('')
}
const batches = [batch([someVm, otherVm]), batch([otherVm, someVm])]

/**
 * What may stand beside it in the same stream: the same report once more, or another request's. A
 * nonce is made for one run, so that two different reports never share it.
 */
const strangers = [
  ...proofs.map((text) => text.replaceAll(nonce, otherNonce)),
  'Welcome. Last backup: ok\nPF1 noise\n',
]
const beside = (text: string, { chance, pick }: Prng): string =>
  chance(50) ? text : pick(strangers)

/** A run for one VM, or for two. */
const read = (text: string, others: readonly VmUuid[] = []): VmReport | undefined => {
  const parsed = parseReport(text, nonce, someVm, ...others)
  return parsed.kind === 'complete' ? parsed.report : undefined
}
const isProof = (report: VmReport | undefined): boolean =>
  report !== undefined && mayProceed(decide({ kind: 'report', report }))

/** Another number for a count, a pid or a time is another report, and still this proof. */
const core = ({ host, view, finalScan, io, storage, qemus }: VmReport) => ({
  is: host.is,
  view,
  finalScan: { ...finalScan, processes: 0 },
  io,
  policy: storage.policy,
  living: qemus.map(({ end }) => end.kind),
})

test('a refusal with faults proves nothing', async (t) => {
  const prng = fuzzPrng(1)
  for (const text of refusals) {
    t.ok(read(text) !== undefined, 'whole')
    t.equal(isProof(read(text)), false, 'none to begin with')
  }
  for (const text of batches) {
    t.ok(read(text, [otherVm]) !== undefined, 'whole')
    t.equal(isProof(read(text, [otherVm])), false, 'none to begin with')
  }
  const counts = await tally(60_000, () => {
    const text = prng.pick([...refusals, ...batches])
    const spoiled = spoilMore(text, beside(text, prng), prng)
    const report = read(spoiled, batches.includes(text) ? [otherVm] : [])
    if (isProof(report)) t.fail(`a proof out of noise:\n${JSON.stringify(spoiled)}`)
    return report === undefined ? 'no report' : 'still a refusal'
  })
  t.ok(counts.tried > 1000 && counts.of('no report') > 100 && counts.of('still a refusal') > 10)
  t.comment(row('refusing reports with 1 to 5 faults', counts))
})

test('a proof with faults proves what it proved, or nothing', async (t) => {
  const prng = fuzzPrng(2)
  const originals = proofs.map((text) => read(text))
  for (const report of originals) t.ok(isProof(report))
  const counts = await tally(60_000, () => {
    const index = prng.int(0, proofs.length - 1)
    const original = originals[index]
    const text = proofs[index] ?? ''
    const spoiled = spoilMore(text, beside(text, prng), prng)
    const report = read(spoiled)
    if (report === undefined || original === undefined) return 'no report'
    if (!isProof(report)) return 'a refusal'
    if (!isDeepStrictEqual(core(report), core(original))) {
      t.fail(`another proof:\n${JSON.stringify(spoiled)}`)
    }
    return isDeepStrictEqual(report, original)
      ? 'the same proof'
      : 'the same but for a number or name'
  })
  t.ok(counts.tried > 1000 && counts.of('no report') > 100 && counts.of('the same proof') > 10)
  t.comment(row('proving reports with 1 to 5 faults', counts))
})
