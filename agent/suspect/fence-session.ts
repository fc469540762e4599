/** A login on the suspect, as the use case sees it: batch after batch of VMs, several at once. */
import { randomUUID } from 'node:crypto'
import type { VmUuid } from '../domain/vm-uuid.ts'
import type { BatchOutcome, BatchVm, SuspectSession, SuspectTools, VmSeen } from '../fence/ports.ts'
import type { Clock } from '../base/time/clock.ts'
import type { Phase } from '../fence/contact-trail.ts'
import type { Login } from './login/credentials.ts'
import { detailOf, evidenceOf } from './session-end.ts'
import { createPhaseLog } from './phase-log.ts'
import type { AskedVm } from './program/program.ts'
import type { ProgramAction } from './report/protocol.ts'
import { runProgram } from './program/run-program.ts'
import type { ProgramConfig, ProgramRun } from './program/run-program.ts'
import type { Session } from './program/ssh-session.ts'
import { deadlineIn } from '../base/time/deadline.ts'
import type { HostContact } from './host-contact.ts'

/**
 * What the program's budget leaves for its own text on the way there and its report back, in ms.
 */
export const transferReserveMs = 750

/** With less than this, in ms, the program could kill and not tell: it is not sent. */
export const programBudgetMinMs = 250

/**
 * How long a session that was open before may take to start the program, in ms: it may have died
 * unseen.
 */
export const reuseWindowMs = 1500

/** Before the last budget ends, in ms: the run has ended by then, with its own word. */
const settleReserveMs = 200

/** How long a look or a drill waits until it is remembered that the host was confirmed, in ms. */
export const rememberWindowMs = 500

export interface FenceSessionDeps {
  readonly clock: Clock
  /** Told when a run for these VMs enters a phase. Must not throw. */
  readonly onPhase?: (phase: Phase, vms: readonly VmUuid[]) => void
}

export const createFenceSession = (
  session: Session,
  login: Pick<Login, 'user' | 'program' | 'by'>,
  host: HostContact,
  config: ProgramConfig,
  { clock, onPhase }: FenceSessionDeps,
): SuspectSession => {
  let runs = 0
  let remembered: Promise<void> = Promise.resolve()

  /** The time of a run is that of its most patient VM. */
  const run = async (
    action: ProgramAction,
    batch: readonly BatchVm[],
    signal: AbortSignal,
    onSeen: (vm: VmUuid, seen: VmSeen) => void,
    onTools?: (tools: SuspectTools) => void,
  ): Promise<BatchOutcome> => {
    const isFirst = runs === 0
    runs += 1
    const inTime = batch.filter((one) => askedOf(one, onSeen).length > 0)
    if (inTime.length === 0) return late
    const vms = inTime.map(({ vm }) => vm)
    const log = createPhaseLog(clock, (phase) => onPhase?.(phase, vms))
    const budgetMs = Math.max(...batch.map(({ leftMs }) => leftMs())) - settleReserveMs
    const within = { clock, signal, deadline: deadlineIn(budgetMs, clock) }
    const program: ProgramRun = {
      action,
      // A kill that comes after the answer would hit a VM that HA knows to be running.
      vms: () => inTime.flatMap((one) => askedOf(one, onSeen)),
      vmsMax: inTime.length,
      hostUuid: host.hostUuid,
      pin: host.pin,
      ...(isFirst ? {} : { startWindowMs: reuseWindowMs }),
      onStart: () => {
        log.enter('run')
      },
      onReport: (report) => {
        const detail = `${login.by}the program reported`
        onSeen(report.vm, { evidence: { kind: 'report', report }, detail, phases: log.soFar() })
        remembered = host.onReport(action, report)
      },
      ...(onTools === undefined ? {} : { onTools }),
    }
    log.enter('channel')
    const { evidence, detail, wasHeard } = await runProgram(session, program, login, config, within)
    return { evidence, detail: login.by + detail, wasHeard, phases: log.soFar() }
  }

  return {
    isFit: session.isFit,
    ended: session.ended,
    close: session.close,
    fence: async (batch, signal, onSeen) => await run('fence', batch, signal, onSeen),
    inspect: async (what, budgetMs, signal) => {
      let seen: VmSeen | undefined
      let tools: SuspectTools | undefined
      const onSeen = (_vm: VmUuid, told: VmSeen): void => {
        seen = told
      }
      const vm = what.action === 'drill' ? canaryUuid() : what.vm
      const { leftMs } = deadlineIn(budgetMs, clock)
      const rest = await run(what.action, [{ vm, leftMs }], signal, onSeen, (told) => {
        tools = told
      })
      // Whoever looks on behalf of another user does so for the length of a look.
      await Promise.race([remembered, clock.wait(rememberWindowMs, signal)])
      const { evidence, detail, phases } = seen ?? rest
      return { evidence, detail, phases, tools }
    },
  }
}

/** Told at once where its time is over. */
const askedOf = (one: BatchVm, onSeen: (vm: VmUuid, seen: VmSeen) => void): readonly AskedVm[] => {
  const budgetMs = Math.floor(one.leftMs() - transferReserveMs)
  if (budgetMs >= programBudgetMinMs) return [{ vm: one.vm, budgetMs }]
  onSeen(one.vm, late)
  return []
}

/** Lower case with dashes, as `randomUUID` writes it. */
const canaryUuid = (): VmUuid => randomUUID() as string as VmUuid

const late: BatchOutcome = {
  evidence: evidenceOf('late'),
  detail: detailOf('late'),
  wasHeard: true,
  phases: [],
}
