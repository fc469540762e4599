/** The fence program in an open session: sent, waited for, its report read. */
import type { Evidence } from '../domain/evidence.ts'
import type { Doubt } from '../domain/verdict.ts'
import type { FenceRequest } from '../fence/request.ts'
import { detailOf, evidenceOf } from './outcome.ts'
import type { CommandEnd } from './outcome.ts'
import { composeRun, programCommand } from './program.ts'
import type { OwnIdentity, StoragePolicy } from './program.ts'
import { parseReport } from './report.ts'
import type { Session } from './session.ts'
import type { Within } from './within.ts'

/** What the program's budget leaves for its own text on the way there and its report back, in ms. */
export const transferReserveMs = 750

/** With less than this, in ms, the program could kill and not tell: it is not sent. */
export const programBudgetMinMs = 250

export interface ProgramConfig extends StoragePolicy {
  readonly programText: string
  readonly own: OwnIdentity
  readonly holdMs: number
  readonly pidNamespace: 'initial' | 'nested'
  readonly reportBytesMax: number
}

export interface ProgramOutcome {
  readonly evidence: Evidence
  readonly detail: string
}

/** By `sudo -n` for every user but root; where that starts nothing, once more as the user is. */
export const runProgram = async (
  session: Session,
  request: FenceRequest,
  config: ProgramConfig,
  within: Within,
): Promise<ProgramOutcome> => {
  if (request.suspect.user === 'root') {
    return (await attempt('as-login', session, request, config, within)).outcome
  }
  const bySudo = await attempt('by-sudo', session, request, config, within)
  if (!bySudo.isNeverBegun) return bySudo.outcome
  // The program may still prove it without sudo: it says itself what it cannot see or kill.
  const asLogin = await attempt('as-login', session, request, config, within)
  if (!asLogin.isNeverBegun) return asLogin.outcome
  return {
    evidence: { kind: 'refusal', because: 'sudo-refused' },
    detail: sudoDetail(bySudo.stderrHead),
  }
}

interface Attempt {
  readonly outcome: ProgramOutcome
  /** It ended with another code than 0 and without the beginning of a report. */
  readonly isNeverBegun: boolean
  readonly stderrHead: string
}

const attempt = async (
  privilege: 'as-login' | 'by-sudo',
  session: Session,
  { vm, suspect }: FenceRequest,
  config: ProgramConfig,
  within: Within,
): Promise<Attempt> => {
  const budgetMs = Math.floor(within.deadline.leftMs() - transferReserveMs)
  if (budgetMs < programBudgetMinMs) return begun({ kind: 'cut-off', end: 'late' })
  const { own, holdMs, pidNamespace, pageCache, sharedFileSystems } = config
  const { stdin, nonce } = composeRun(config.programText, {
    vm,
    hostUuid: suspect.hostUuid,
    own,
    budgetMs,
    holdMs,
    pidNamespace,
    pageCache,
    sharedFileSystems,
  })
  const ended = await session.run(programCommand(privilege), stdin, {
    stdoutBytesMax: config.reportBytesMax,
  })
  if (ended.kind === 'cut-off') return begun(ended)
  const parsed = parseReport(ended.stdout, nonce, vm)
  if (parsed.kind === 'complete') {
    // The end marker and the exit code 0 prove together; either alone proves nothing.
    const isExitGood = ended.kind === 'exited' && ended.code === 0
    const evidence: Evidence = isExitGood
      ? { kind: 'report', report: parsed.report }
      : { kind: 'refusal', because: 'program-failed' }
    return { outcome: { evidence, detail: exitDetail(ended) }, isNeverBegun: false, stderrHead: '' }
  }
  const because = exitDoubt(ended, parsed.because)
  return {
    outcome: {
      evidence: { kind: 'refusal', because },
      detail: `${exitDetail(ended)}: ${parsed.detail}`,
    },
    isNeverBegun: ended.kind === 'exited' && ended.code !== 0 && because === 'report-missing',
    stderrHead: ended.kind === 'exited' ? ended.stderrHead : '',
  }
}

const begun = ({ end }: Extract<CommandEnd, { kind: 'cut-off' }>): Attempt => ({
  outcome: { evidence: evidenceOf(end), detail: detailOf(end) },
  isNeverBegun: false,
  stderrHead: '',
})

type Ended = Exclude<CommandEnd, { kind: 'cut-off' }>

/** How the program ended explains a report that stops short; a report that says more says it best. */
const exitDoubt = (ended: Ended, parsed: Doubt): Doubt => {
  if (ended.kind === 'signalled') {
    return parsed === 'report-missing' || parsed === 'report-truncated' ? 'program-failed' : parsed
  }
  return ended.code !== 0 && parsed === 'report-truncated' ? 'program-failed' : parsed
}

const exitDetail = (ended: Ended): string =>
  ended.kind === 'signalled'
    ? 'the program was ended by a signal'
    : `the program ended with code ${ended.code}`

/** A sentence of ours for what sudo is known to say; its own words are never passed on. */
const sudoDetail = (stderrHead: string): string => {
  if (/sudo: a (?:terminal|password) is required/.test(stderrHead)) {
    return 'sudo asks this user for a password'
  }
  if (/sudo: (?:command )?not found/.test(stderrHead)) return 'sudo is not installed'
  return 'sudo -n starts nothing for this user, and neither does the login shell'
}
