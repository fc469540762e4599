/** The fence program in an open session: sent, waited for, its report read. */
import type { Evidence } from '../domain/evidence.ts'
import type { Doubt } from '../domain/verdict.ts'
import type { FenceRequest } from '../fence/request.ts'
import type { Login } from './credentials.ts'
import { detailOf, evidenceOf } from './outcome.ts'
import type { CommandEnd, SessionEnd } from './outcome.ts'
import { composeRun, installedCommand, programCommand } from './program.ts'
import type { OwnIdentity, StoragePolicy } from './program.ts'
import { parseReport } from './report.ts'
import type { Session } from './session.ts'
import { forcedHint, isRefusedRequest, silentDoubt, sudoDetail } from './silent-end.ts'
import type { SilentEnd } from './silent-end.ts'
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

type Way = 'as-login' | 'by-sudo' | 'installed'

/**
 * What is sent goes by `sudo -n` for every user but root; where that starts nothing, once more as the
 * user is. What is installed is asked once: how it becomes root is the forced command's business.
 */
export const runProgram = async (
  session: Session,
  request: FenceRequest,
  { user, program }: Pick<Login, 'user' | 'program'>,
  config: ProgramConfig,
  within: Within,
): Promise<ProgramOutcome> => {
  const by = async (way: Way): Promise<Attempt> =>
    await attempt(way, session, request, config, within)
  if (program === 'installed') {
    const installed = await by('installed')
    if (installed.silentEnd === undefined) return installed.outcome
    const { because, detail } = silentDoubt(installed.silentEnd)
    return refusal(because, detail)
  }
  if (user === 'root') return (await by('as-login')).outcome
  const bySudo = await by('by-sudo')
  const sudoEnd = neverBegun(bySudo)
  if (sudoEnd === undefined) return bySudo.outcome
  // The program may still prove it without sudo: it says itself what it cannot see or kill.
  const asLogin = await by('as-login')
  if (neverBegun(asLogin) === undefined) return asLogin.outcome
  return refusal('sudo-refused', sudoDetail(sudoEnd.stderrHead))
}

interface Attempt {
  readonly outcome: ProgramOutcome
  readonly silentEnd: SilentEnd | undefined
}

/** The code 0, or words of the program itself, say that something was started. */
const neverBegun = ({ silentEnd }: Attempt): SilentEnd | undefined =>
  silentEnd === undefined || silentEnd.code === 0 || isRefusedRequest(silentEnd)
    ? undefined
    : silentEnd

const refusal = (because: Doubt, detail: string): ProgramOutcome => ({
  evidence: { kind: 'refusal', because },
  detail,
})

const attempt = async (
  way: Way,
  session: Session,
  { vm, suspect }: FenceRequest,
  config: ProgramConfig,
  within: Within,
): Promise<Attempt> => {
  const budgetMs = Math.floor(within.deadline.leftMs() - transferReserveMs)
  if (budgetMs < programBudgetMinMs) return begun(cutOff('late'))
  const { own, holdMs, pidNamespace, pageCache, sharedFileSystems } = config
  const { stdin, nonce } = composeRun(way === 'installed' ? undefined : config.programText, {
    vm,
    hostUuid: suspect.hostUuid,
    own,
    budgetMs,
    holdMs,
    pidNamespace,
    pageCache,
    sharedFileSystems,
  })
  const command = way === 'installed' ? installedCommand : programCommand(way)
  const ended = await session.run(command, stdin, { stdoutBytesMax: config.reportBytesMax })
  if (ended.kind === 'cut-off') return begun(cutOff(ended.end))
  const parsed = parseReport(ended.stdout, nonce, vm)
  if (parsed.kind === 'complete') {
    // The end marker and the exit code 0 prove together; either alone proves nothing.
    const isExitGood = ended.kind === 'exited' && ended.code === 0
    const evidence: Evidence = isExitGood
      ? { kind: 'report', report: parsed.report }
      : { kind: 'refusal', because: 'program-failed' }
    return begun({ evidence, detail: exitDetail(ended) })
  }
  const because = exitDoubt(ended, parsed.because)
  const isSilent = ended.kind === 'exited' && because === 'report-missing'
  const hint = isSilent && isRefusedRequest(ended) ? forcedHint : parsed.detail
  return {
    outcome: refusal(because, `${exitDetail(ended)}: ${hint}`),
    silentEnd: isSilent ? ended : undefined,
  }
}

const begun = (outcome: ProgramOutcome): Attempt => ({ outcome, silentEnd: undefined })

const cutOff = (end: SessionEnd): ProgramOutcome => ({
  evidence: evidenceOf(end),
  detail: detailOf(end),
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
