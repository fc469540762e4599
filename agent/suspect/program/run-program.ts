/** The program in an open session, once for many VMs: sent, its reports read as they come. */
import type { VmReport } from '../../domain/evidence.ts'
import type { VmUuid } from '../../domain/vm-uuid.ts'
import type { SuspectTools } from '../../fence/ports.ts'
import type { SessionEnd } from '../session-end.ts'
import { attemptOf, refusal } from './program-end.ts'
import type { Attempt, ProgramEnd } from './program-end.ts'
import { createEchoWatch } from './echo.ts'
import { composeRun, composeVms, installedCommand, programCommand } from './program.ts'
import type { AskedVm, OwnIdentity, ProgramLogin, SuspectPolicy, HostPin } from './program.ts'
import type { ProgramAction } from '../report/protocol.ts'
import { createReportReader } from '../report/report.ts'
import type { Session } from './ssh-session.ts'
import { isRefusedRequest, isSudoBarred, silentDoubt, sudoDetail } from './no-report.ts'
import type { SilentEnd } from './no-report.ts'
import type { Within } from '../../base/time/deadline.ts'

export interface ProgramConfig extends SuspectPolicy {
  readonly programText: string
  readonly own: OwnIdentity
  readonly holdMs: number
  readonly pidNamespace: 'initial' | 'nested'
}

export interface ProgramRun {
  readonly action: ProgramAction
  /**
   * Asked when the program is ready: whose time is not over, and how much of it is left. Each VM
   * once.
   */
  readonly vms: () => readonly AskedVm[]
  /** No more than so many. */
  readonly vmsMax: number
  readonly hostUuid: string
  readonly pin: HostPin
  /** How long the suspect may take to start it, in ms; without one, until the budget ends. */
  readonly startWindowMs?: number
  readonly onStart: () => void
  /** Once for each VM at most, as soon as its report is whole. */
  readonly onReport: (report: VmReport) => void
  readonly onTools?: (tools: SuspectTools) => void
}

type Way = 'as-login' | 'by-sudo' | 'installed'

/**
 * What is sent goes by `sudo -n` for every user but root; where that starts nothing, once more as
 * the user is. What is installed is asked once: how it becomes root is the forced command's
 * business.
 */
export const runProgram = async (
  session: Session,
  run: ProgramRun,
  { user, program }: ProgramLogin,
  config: ProgramConfig,
  within: Within,
): Promise<ProgramEnd> => {
  const by = async (way: Way, asked = run): Promise<Attempt> =>
    await attempt(way, session, asked, config, within)
  if (program === 'installed') {
    const installed = await by('installed')
    if (installed.silentEnd === undefined) return installed.end
    const { because, detail } = silentDoubt(installed.silentEnd)
    return refusal(because, detail)
  }
  if (user === 'root') return (await by('as-login')).end
  const bySudo = await by('by-sudo')
  const sudoEnd = neverBegun(bySudo)
  if (sudoEnd === undefined) return bySudo.end
  // A sudo that is granted and bars this login has a word of its own, which the login without it
  // would hide.
  if (isSudoBarred(sudoEnd)) return refusal('sudo-refused', sudoDetail(sudoEnd.stderrHead))
  // The program may still prove it without sudo: it says itself what it cannot see or kill.
  const denied: VmReport[] = []
  const asUser: ProgramRun = {
    ...run,
    onReport: (report) => {
      // That the user may not kill it is not what is wrong: sudo is.
      if (isKillDenied(report)) denied.push(report)
      else run.onReport(report)
    },
  }
  const asLogin = await by('as-login', asUser)
  if (neverBegun(asLogin) === undefined && denied.length === 0) return asLogin.end
  return refusal('sudo-refused', sudoDetail(sudoEnd.stderrHead))
}

const isKillDenied = ({ qemus }: VmReport): boolean =>
  qemus.some(({ kill }) => kill === 'denied') && qemus.every(({ kill }) => kill !== 'sent')

/** The code 0, or words of the program itself, say that something was started. */
const neverBegun = ({ silentEnd }: Attempt): SilentEnd | undefined =>
  silentEnd === undefined || silentEnd.code === 0 || isRefusedRequest(silentEnd)
    ? undefined
    : silentEnd

/** What one run may say, in bytes: what a login shell may print, and a report of each VM. */
const noiseBytesMax = 1024 * 1024
const reportBytesMax = 16 * 1024

const attempt = async (
  way: Way,
  session: Session,
  run: ProgramRun,
  config: ProgramConfig,
  within: Within,
): Promise<Attempt> => {
  const { action, vms, vmsMax, hostUuid, pin, startWindowMs, onReport, onTools } = run
  const { programText, ...rules } = config
  const text = way === 'installed' ? undefined : programText
  const { stdin, nonce } = composeRun(text, { action, hostUuid, pin, ...rules })
  let say: ((text: string) => void) | undefined
  let isReady = false
  const onReady = (): readonly VmUuid[] => {
    isReady = true
    const asked = vms()
    // Where nobody is left the program is told nothing, and does nothing.
    if (asked.length > 0) say?.(composeVms(asked))
    return asked.map(({ vm }) => vm)
  }
  const asked = { nonce, action, onReady }
  const reader = createReportReader(asked, onReport, onTools)
  const terminal = createEchoWatch(text === undefined ? `nonce=${nonce}` : stdin)
  const command = {
    line: way === 'installed' ? installedCommand : programCommand(way),
    stdin,
    bytesMax: noiseBytesMax + vmsMax * reportBytesMax,
    startWindowMs,
    onStart: (write: (text: string) => void) => {
      say = write
      run.onStart()
    },
    onStdout: (came: string): SessionEnd | undefined => {
      reader.take(came)
      return isReady ? undefined : terminal(came)
    },
  }
  const ended = await session.run(command, within)
  return attemptOf(ended, reader.fault(), isReady)
}
