/** How a run of the program ended: what it is evidence of. */
import type { Evidence } from '../../domain/evidence.ts'
import type { Doubt } from '../../domain/verdict.ts'
import { detailOf, evidenceOf } from '../session-end.ts'
import type { CommandEnd, SessionEnd } from '../session-end.ts'
import type { ReportFault } from '../report/report.ts'
import { expiredDetail, forcedHint, isPasswordExpired, isRefusedRequest } from './no-report.ts'
import type { SilentEnd } from './no-report.ts'

/** What there is for those VMs that no report came for. */
export interface ProgramEnd {
  readonly evidence: Evidence
  readonly detail: string
  /** Whether anything came from the suspect while it was waited for. */
  readonly wasHeard: boolean
}

export interface Attempt {
  readonly end: ProgramEnd
  readonly silentEnd: SilentEnd | undefined
}

export const refusal = (because: Doubt, detail: string): ProgramEnd => ({
  evidence: { kind: 'refusal', because },
  detail,
  wasHeard: true,
})

export const attemptOf = (
  ended: CommandEnd,
  fault: ReportFault | undefined,
  isReady: boolean,
): Attempt => {
  if (ended.kind === 'cut-off') {
    if (ended.end === 'late' && !isReady) {
      return { end: refusal('report-missing', neverSpoke), silentEnd: undefined }
    }
    return { end: { ...cutOff(ended.end), wasHeard: ended.wasHeard }, silentEnd: undefined }
  }
  // Where every report has come nobody is left whom this is about.
  const because = exitDoubt(ended, fault?.because ?? 'program-failed')
  const isSilent = ended.kind === 'exited' && because === 'report-missing' && !isReady
  if (isSilent && isPasswordExpired(ended)) {
    return { end: refusal('login-refused', expiredDetail), silentEnd: undefined }
  }
  const hint = isSilent && isRefusedRequest(ended) ? forcedHint : (fault?.detail ?? '')
  return {
    end: refusal(because, `${exitDetail(ended)}: ${hint}`),
    silentEnd: isSilent ? ended : undefined,
  }
}

const neverSpoke = 'the program was asked for, and nothing of it came until the budget ended'

const cutOff = (end: SessionEnd): Pick<ProgramEnd, 'evidence' | 'detail'> => ({
  evidence: evidenceOf(end),
  detail: detailOf(end),
})

type Ended = Exclude<CommandEnd, { kind: 'cut-off' }>

/**
 * How the program ended explains a report that stops short; a report that says more says it best.
 */
const exitDoubt = (ended: Ended, reported: Doubt): Doubt => {
  if (ended.kind === 'signalled') {
    return reported === 'report-missing' || reported === 'report-truncated'
      ? 'program-failed'
      : reported
  }
  return ended.code !== 0 && reported === 'report-truncated' ? 'program-failed' : reported
}

const exitDetail = (ended: Ended): string =>
  ended.kind === 'signalled'
    ? 'the program was ended by a signal'
    : `the program ended with code ${ended.code}`
