/** A login on the suspect, as the use case sees it: batch after batch of VMs, several at once. */
import type { BatchOutcome, Clock, SuspectSession } from '../fence/ports.ts'
import type { Login } from './credentials.ts'
import { detailOf, evidenceOf } from './outcome.ts'
import { createPhaseLog } from './phase-log.ts'
import type { AskedVm } from './program.ts'
import { runProgram } from './run-program.ts'
import type { ProgramConfig, ProgramEnd } from './run-program.ts'
import type { Session } from './shared-session.ts'
import { deadlineIn } from './within.ts'

/** What the program's budget leaves for its own text on the way there and its report back, in ms. */
export const transferReserveMs = 750

/** With less than this, in ms, the program could kill and not tell: it is not sent. */
export const programBudgetMinMs = 250

/** How long a session that was open before may take to start the program, in ms: it may have died unseen. */
export const reuseWindowMs = 1500

/** Before the last budget ends, in ms: the run has ended by then, with its own word. */
const settleReserveMs = 200

export const createFenceSession = (
  session: Session,
  login: Pick<Login, 'user' | 'program' | 'by'>,
  hostUuid: string,
  config: ProgramConfig,
  clock: Clock,
): SuspectSession => {
  let runs = 0
  return {
    isFit: session.isFit,
    ended: session.ended,
    close: session.close,
    fence: async (batch, signal, onSeen) => {
      const isFirst = runs === 0
      runs += 1
      const asked: AskedVm[] = []
      for (const one of batch) {
        const budgetMs = Math.floor(one.budgetMs - transferReserveMs)
        if (budgetMs >= programBudgetMinMs) asked.push({ vm: one.vm, budgetMs })
        else onSeen(one.vm, late)
      }
      if (asked.length === 0) return late
      const log = createPhaseLog(clock)
      const budgetMs = Math.max(...batch.map((one) => one.budgetMs)) - settleReserveMs
      const within = { clock, signal, deadline: deadlineIn(budgetMs, clock) }
      const run = {
        action: 'fence',
        vms: asked,
        hostUuid,
        ...(isFirst ? {} : { startWindowMs: reuseWindowMs }),
        onStart: () => {
          log.enter('run')
        },
        onReport: (report) => {
          onSeen(report.vm, {
            evidence: { kind: 'report', report },
            detail: `${login.by}the program reported`,
            phases: log.soFar(),
          })
        },
      } satisfies Parameters<typeof runProgram>[1]
      log.enter('channel')
      const end = await runProgram(session, run, login, config, within)
      return { ...outcomeOf(end, login.by), phases: log.soFar() }
    },
  }
}

const outcomeOf = ({ evidence, detail, wasHeard }: ProgramEnd, by: string) => ({
  evidence,
  detail: by + detail,
  wasHeard,
})

const late: BatchOutcome = {
  evidence: evidenceOf('late'),
  detail: detailOf('late'),
  wasHeard: true,
  phases: [],
}
