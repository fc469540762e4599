/**
 * Faults at the bytes of a session with a real sshd, in both directions, and at the bytes of the
 * report itself. After each, the verdict is held against the truth from outside. This is a short
 * run of what `scripts/sweep` does in full.
 */
import tap, { test } from 'tap'
import type { Test } from 'tap'
import { keepCanaries } from '../fixtures/lab/canaries.ts'
import type { Canaries } from '../fixtures/lab/canaries.ts'
import { someVm } from '../fixtures/values/evidence.ts'
import { faultKinds } from '../fixtures/servers/fault-proxy.ts'
import type { Direction, Fault, FaultKind } from '../fixtures/servers/fault-proxy.ts'
import { createTable } from '../fixtures/lab/fault-table.ts'
import type { FaultTable } from '../fixtures/lab/fault-table.ts'
import { shellFaults, startFaultyShells } from '../fixtures/lab/faulty-shell.ts'
import { bootHost } from '../fixtures/lab/lab.ts'
import type { LabHost } from '../fixtures/lab/lab.ts'
import { numbered, reportBodies } from '../fixtures/values/report-text.ts'
import { startSweep } from '../fixtures/lab/sweep.ts'
import type { Outcome, Sweep } from '../fixtures/lab/sweep.ts'

/** How many bytes lie between two cuts of the full sweep; without it the short one runs. */
const every = Number(process.env['PEERFENCE_SWEEP_EVERY'] ?? 0)
const isFull = every > 0
tap.setTimeout(isFull ? 3_600_000 : 600_000)

/** Below the ten connections without a login at which sshd begins to drop some. */
const laneCount = 6
/**
 * These end a contact at once; the others leave somebody waiting, which only the budget may end.
 */
const quick: readonly FaultKind[] = ['cut', 'reset', 'half-close']
/** These leave somebody waiting wherever they are. */
const slow: readonly FaultKind[] = ['stall', 'freeze']
const quickBudgetMs = 10_000
const waitingBudgetMs = 2500
const contactBudgetMs = ({ kind }: Fault): number =>
  quick.includes(kind) ? quickBudgetMs : waitingBudgetMs
/** A login that stalls takes 10 s, and is tried again only where as much is left. */
const fenceBudgetMs = 30_000
const directions: readonly Direction[] = ['up', 'down']

const steps = (from: number, to: number, by: number): readonly number[] =>
  Array.from({ length: Math.max(0, Math.ceil((to - from) / by)) }, (_, index) => from + index * by)

/** So many of them, from the first to the last, evenly. */
const some = (offsets: readonly number[], count: number): readonly number[] => {
  const last = offsets.length - 1
  const picked = steps(0, count, 1).map((n) => offsets[Math.round((n * last) / (count - 1))] ?? 0)
  return [...new Set(picked)]
}

/** What a clean session looks like at the proxy. */
interface Marks {
  readonly up: number
  readonly down: number
  /** Bytes to the agent before the first one of the report. */
  readonly login: number
  /** Those of them that mean nothing: the padding of what is not encrypted yet. */
  readonly padding: ReadonlySet<number>
}

/** Channel end, exit status and channel close take about so many bytes. */
const exitBytes = 124

/** More than the request, and what the agent says after it. */
const requestBytes = 512

/** The fewest bytes up to the end of a VM's frame: fewer to the agent, and it can prove nothing. */
const reportBytesMin = numbered('f'.repeat(32), reportBodies(someVm).slice(0, -1)).join('').length

/**
 * The identification, then packets: length, length of the padding, payload, padding; up to NEWKEYS.
 */
const paddingIn = (bytes: Buffer): ReadonlySet<number> => {
  const offsets: number[] = []
  let at = bytes.indexOf('\n') + 1
  for (let kind = 0; kind !== 21;) {
    const next = at + 4 + bytes.readUInt32BE(at)
    offsets.push(...steps(next - bytes.readUInt8(at + 4), next, 1))
    kind = bytes.readUInt8(at + 5)
    at = next
  }
  return new Set(offsets)
}

const measure = async (sweep: Sweep): Promise<Marks> => {
  const clean = await sweep.all(steps(0, 12, 1), async () => await sweep.contact({}))
  for (const { verdict } of clean) {
    if (verdict.kind !== 'confirmed-dead') throw new Error(`without a fault: ${verdict.because}`)
  }
  const cut = await sweep.contact({ fault: { kind: 'cut', direction: 'up', offset: 12_000 } })
  return {
    up: Math.max(...clean.map(({ relayed }) => relayed.up)),
    down: Math.max(...clean.map(({ relayed }) => relayed.down)),
    login: cut.relayed.down,
    padding: paddingIn(cut.relayed.downHead),
  }
}

/** A fault, and where a cut at its byte met the session, if that is known. */
interface PlacedFault extends Fault {
  readonly place?: string
}

/** Where a fault met the first contact, in the words of the table. */
const placeOf = ({ direction, offset }: Fault, outcome: Outcome, marks: Marks): string => {
  if (!outcome.relayed.isHit) return 'after'
  if (offset === 0) return 'tcp'
  if (outcome.phase === 'channel') return 'channel and exec'
  if (outcome.phase !== 'run') return outcome.phase
  if (direction === 'up') return 'upload'
  return offset < marks.down - exitBytes ? 'report' : 'exit'
}

/**
 * Every way in which an outcome could be wrong; the verdict `dead` is the only one that may
 * proceed.
 */
const wrongs = (outcome: Outcome, couldTell: boolean): readonly string[] => {
  const { verdict, isAlive, isLate, isLeaking } = outcome
  const isDead = verdict.kind === 'confirmed-dead'
  return [
    ...(isDead && isAlive ? ['called dead, and it lives'] : []),
    ...(isDead && !couldTell ? ['called dead without a whole report'] : []),
    ...(isDead || verdict.kind === 'still-alive' ? [] : [`called ${verdict.kind}`]),
    ...(isLate ? ['after the budget'] : []),
    ...(isLeaking ? ['a connection is left open'] : []),
  ]
}

/** Of those: the ones for which somebody's disk pays. */
const isUnsafe = (wrong: readonly string[]): boolean =>
  wrong.some((one) => one.startsWith('called'))

interface Stage {
  readonly t: Test
  readonly sweep: Sweep
  readonly table: FaultTable
  readonly marks: Marks
}

const inject = async (
  { t, sweep, table, marks }: Stage,
  faults: readonly PlacedFault[],
  how: 'contact' | 'fence' = 'contact',
): Promise<readonly string[]> =>
  await sweep.all(faults, async (fault) => {
    const budgetMs = how === 'fence' ? fenceBudgetMs : contactBudgetMs(fault)
    const outcome = await sweep[how]({ fault, budgetMs })
    // The trail of a whole fence is that of its last contact.
    const known = how === 'fence' ? fault.place : undefined
    const place = known ?? placeOf(fault, outcome, marks)
    const couldTell = outcome.relayed.unharmedDown >= marks.login + reportBytesMin
    const isHarmless =
      fault.kind === 'corrupt' && fault.direction === 'down' && marks.padding.has(fault.offset)
    // The request is the upload's end: without it nothing of the program has run.
    const isCutUpload =
      place === 'upload' && fault.kind !== 'corrupt' && fault.offset < marks.up - requestBytes
    const wrong = [
      ...wrongs(outcome, couldTell || isHarmless || how === 'fence'),
      ...(isCutUpload && how === 'contact' && !outcome.isAlive
        ? ['a part of the program ran']
        : []),
    ]
    table.count(`${fault.kind} ${fault.direction}`, place, outcome.verdict, isUnsafe(wrong))
    const where = `${fault.kind} ${fault.direction} after ${fault.offset} bytes (${place})`
    for (const one of wrong) t.fail(`${where}: ${one}: ${outcome.verdict.because}`)
    return place
  })

/** A host with canaries, for the length of one test. */
const withHost = async (
  t: Test,
  use: (host: LabHost, canaries: Canaries) => Promise<void>,
): Promise<void> => {
  const host = await bootHost('--no-libvirt')
  const canaries = keepCanaries(host)
  t.teardown(async () => {
    await canaries.close()
    await host.down()
  })
  await use(host, canaries)
}

/**
 * Bytes at which the connection ends: dense where phases are short, and through the whole upload.
 */
const cutOffsets = (direction: Direction, marks: Marks): readonly number[] => {
  if (isFull) return steps(0, marks[direction] + 64, every)
  const identification = steps(0, 48, 12)
  return direction === 'down'
    ? [...identification, ...steps(96, marks.down + 64, 96)]
    : [
        ...identification,
        ...steps(96, 3000, 128),
        ...steps(3000, marks.up - 96, 1536),
        ...steps(marks.up - 96, marks.up + 64, 32),
      ]
}

/** Of each direction: some bytes of each phase, as the cuts have found them. */
const phaseFaults = async (
  stage: Stage,
): Promise<(kind: FaultKind, count: number) => readonly PlacedFault[]> => {
  const found: {
    readonly direction: Direction
    readonly place: string
    readonly offsets: readonly number[]
  }[] = []
  for (const direction of directions) {
    const offsets = cutOffsets(direction, stage.marks)
    const places = await inject(
      stage,
      offsets.map((offset) => ({ kind: 'cut', direction, offset })),
    )
    for (const place of new Set(places)) {
      found.push({
        direction,
        place,
        offsets: offsets.filter((_, index) => places[index] === place),
      })
    }
    const resets = offsets.map((offset) => ({ kind: 'reset', direction, offset }) as const)
    await inject(stage, resets)
  }
  return (kind, count) =>
    found.flatMap(({ direction, place, offsets }) =>
      some(offsets, count).map((offset) => ({ kind, direction, offset, place })),
    )
}

test('a fault in every phase of a session, on every connection', async (t) => {
  await withHost(t, async (host, canaries) => {
    const sweep = await startSweep(host, canaries, Array<number>(laneCount).fill(22))
    t.teardown(sweep.close)
    const marks = await measure(sweep)
    const table = createTable()
    const stage = { t, sweep, table, marks }
    const faultsOf = await phaseFaults(stage)
    for (const kind of faultKinds.filter((one) => one !== 'cut' && one !== 'reset')) {
      await inject(stage, faultsOf(kind, isFull ? 8 : slow.includes(kind) ? 2 : 3))
    }
    for (const line of table.lines()) t.comment(line)
    t.equal(table.unsafe(), 0)
    const again = await sweep.contact({})
    t.equal(again.verdict.kind, 'confirmed-dead', 'and the suspect is as good as before')

    const fences = createTable()
    const kinds = isFull ? faultKinds : quick
    const firstOnly = kinds.flatMap((kind) =>
      faultsOf(kind, isFull && quick.includes(kind) ? 8 : 2),
    )
    t.comment('and of a whole fence whose first connection alone is faulty:')
    await inject({ ...stage, table: fences }, firstOnly, 'fence')
    for (const line of fences.lines()) t.comment(line)
    t.equal(fences.unsafe(), 0)
    t.equal(fences.refused(), 0, 'another contact settles what the first has left open')
  })
})

test('a fault at the bytes of the report, before it is encrypted', async (t) => {
  await withHost(t, async (host, canaries) => {
    const shells = await startFaultyShells(host, steps(2201, 2201 + laneCount, 1))
    const sweep = await startSweep(host, canaries, shells.ports)
    t.teardown(sweep.close)
    const table = createTable()
    // A whole report is shorter, whatever the numbers in it.
    const bytesMax = 1200
    for (const kind of shellFaults) {
      for (const canary of ['qemu', 'stranger'] as const) {
        // Nothing but the budget ends a stall, or the look at a process that is left alone.
        const isQuick = canary === 'qemu' && kind !== 'stall'
        const by = isFull ? (isQuick ? (kind === 'cut' ? 1 : 4) : 16) : isQuick ? 61 : 397
        await sweep.all(steps(0, bytesMax, by), async (offset) => {
          const outcome = await sweep.contact({
            canary,
            budgetMs: isQuick ? quickBudgetMs : waitingBudgetMs,
            prepare: (port) => {
              shells.arm(port, { kind, offset })
            },
          })
          const couldTell = offset >= reportBytesMin || ['corrupt', 'drop', 'double'].includes(kind)
          const wrong = wrongs(outcome, couldTell)
          const place = canary === 'qemu' ? 'qemu that is killed' : 'process that is left alone'
          table.count(kind, place, outcome.verdict, isUnsafe(wrong))
          for (const one of wrong) t.fail(`${kind} at ${offset}, ${place}: ${one}`)
        })
      }
    }
    for (const line of table.lines()) t.comment(line)
    t.equal(table.unsafe(), 0)
  })
})
