/**
 * The program on a suspect, as far as the agent can tell: it kills, holds, looks once more, and
 * tells what it saw.
 */
import type { VmUuid } from '../../agent/domain/vm-uuid.ts'
import type { VmReport } from '../../agent/domain/evidence.ts'
import { cleanReport } from '../fixtures/values/evidence.ts'
import type { Host } from './host.ts'
import type { Instance } from './storage.ts'
import type { World } from './world.ts'

/** Kept back for the report and its way. */
const reportReserveMs = 250
const pollMsMax = 400

export interface Asked {
  readonly vm: VmUuid
  readonly name: string
  readonly leftMs: number
}

/** `tell` is called once, if the host lives as long. */
export const runProgram = (
  { schedule, storage, random, plan, oracle }: World,
  host: Host,
  { vm, name, leftMs }: Asked,
  tell: (report: VmReport) => void,
): void => {
  const deadlineMs = schedule.nowMs + leftMs - reportReserveMs
  const seen: Instance[] = []
  const run = {}
  const { quarantineMs } = plan
  if (quarantineMs !== undefined) host.quarantine(name, run, deadlineMs + quarantineMs)
  const isGone = (): boolean => seen.every(({ isLiving }) => !isLiving)

  const scan = (hold: 'kept' | 'cut'): void => {
    const living = storage.living(name, host.name)
    const found = reportOf(vm, seen, living, hold)
    // What lives on because it was not killed has to start again.
    const isRefused = living.length > 0 || hold === 'cut'
    const isTakenBack = seen.length === 0 && isRefused
    if (isTakenBack) host.takeBack(run)
    const set = isTakenBack ? 'taken-back' : 'proven'
    const state = quarantineMs === undefined ? 'not-set' : set
    const report = { ...found, quarantine: { state, policy: 'optional' } } as const
    oracle.scanned(report, schedule.nowMs)
    tell(report)
  }
  const poll = (waitMs: number): void => {
    const { nowMs } = schedule
    if (isGone()) {
      const isHeld = nowMs + plan.holdMs <= deadlineMs
      host.after(isHeld ? plan.holdMs : 0, () => {
        scan(isHeld ? 'kept' : 'cut')
      })
    } else if (nowMs + waitMs > deadlineMs) scan('cut')
    else {
      host.after(waitMs, () => {
        poll(Math.min(waitMs * 2, pollMsMax))
      })
    }
  }
  host.after(random.int(2, 6), () => {
    for (const one of storage.living(name, host.name)) {
      if (one.isStarting) continue
      seen.push(one)
      host.kill(one, random.int(3, 30))
    }
    poll(5)
  })
}

const reportOf = (
  vm: VmUuid,
  seen: readonly Instance[],
  living: readonly Instance[],
  hold: 'kept' | 'cut',
): VmReport => {
  const running = living.filter(({ isStarting }) => !isStarting)
  const newcomers = running.filter((one) => !seen.includes(one))
  return {
    ...cleanReport,
    vm,
    qemus: [...seen, ...newcomers].map((one) => ({
      pid: 1000 + one.number,
      startTicks: Math.round(one.bornMs),
      by: 'argv-uuid',
      seen: seen.includes(one) ? 'before-kill' : 'after-kill',
      kill: seen.includes(one) ? 'sent' : 'not-sent',
      end: one.isLiving
        ? {
            kind: 'living',
            tasks: [{ tid: 1, state: one.stuck > 0 ? 'D' : 'R', wchan: '-', comm: 'qemu' }],
          }
        : { kind: 'gone', afterMs: 20 },
    })),
    finalScan: {
      ...cleanReport.finalScan,
      living: running.length,
      newcomers: newcomers.length,
      // What is being started is no qemu yet, and names the VM.
      ambiguous: living.length - running.length,
      hold,
    },
  }
}
