/**
 * The program's text, as it comes, to the reports of VMs. Strict: a VM's report counts once its
 * frame is whole, made for this run and in its place among all lines before it; from the first line
 * that breaks a rule on, nothing counts any more. Text without our nonce is noise and ignored; a
 * login shell may print what it likes.
 */
import type { VmReport } from '../../domain/evidence.ts'
import type { VmUuid } from '../../domain/vm-uuid.ts'
import type { Doubt } from '../../domain/verdict.ts'
import { createLineCutter } from '../../base/text/line-cutter.ts'
import { protocolVersion } from './protocol.ts'
import type { ProgramAction } from './protocol.ts'
import type { SuspectTools } from '../../fence/ports.ts'
import { headOf, readFrame, toolsOf } from './report-frame.ts'
import { readLines } from './line-reader.ts'
import type { ReportHead } from './report-frame.ts'
import { parseLine } from './report-line.ts'
import type { ReportLine } from './report-line.ts'

/** What a run was asked, so what its report has to be about. */
export interface AskedRun {
  readonly nonce: string
  readonly action: ProgramAction
  /** Called when the program is ready, once: tells it its VMs, and says which. */
  readonly onReady: () => readonly VmUuid[]
}

/** Why there is no report of those VMs that none came for. */
export interface ReportFault {
  readonly because: Doubt
  readonly detail: string
}

export interface ReportReader {
  /** Latin1, one character per byte, cut anywhere. Never throws, whatever the text. */
  readonly take: (text: string) => void
  /** Undefined once every report and the end of all have come. */
  readonly fault: () => ReportFault | undefined
}

/** No line of a report is half as long. */
const lineLengthMax = 1024

/** Lines of one frame: no more than tasks of many qemus and some doubtful processes can fill. */
const frameLinesMax = 4096

export const createReportReader = (
  { nonce, action, onReady }: AskedRun,
  onReport: (report: VmReport) => void,
  onTools: (tools: SuspectTools) => void = () => undefined,
): ReportReader => {
  const tag = `PF1 ${nonce} `
  const linesOf = createLineCutter(lineLengthMax)
  let left: Set<VmUuid> | undefined
  let count = 0
  let frame: ReportLine[] = []
  let head: ReportHead | undefined
  let isEnded = false
  let fault: ReportFault | undefined

  const refuse = (because: Doubt, detail: string): void => {
    fault ??= { because, detail }
  }
  const takeFrame = (reportHead: ReportHead): void => {
    const report = readFrame(readLines(frame), reportHead)
    frame = []
    if (report === undefined || left?.delete(report.vm) !== true) {
      refuse('report-invalid', 'the lines of the report do not fit together')
      return
    }
    onReport(report)
  }
  const takeLine = (line: ReportLine): void => {
    if (line.kind === 'fail') {
      refuse('program-failed', 'the program said that it cannot work on this host')
      return
    }
    if (line.kind === 'too-old') {
      refuse('bash-too-old', `bash ${line.text('bash')}, and ${line.text('needs')} is the oldest`)
      return
    }
    frame.push(line)
    if (head === undefined) {
      if (frame.length < 3) return
      head = headOf(readLines(frame), { action, vms: left?.size ?? 0 })
      frame = []
      if (head === undefined) refuse('report-invalid', 'the report is not of what was asked for')
    } else if (line.kind === 'vm-end') {
      takeFrame(head)
    } else if (line.kind === 'tools' && tellsTools(action) && frame.length === 1) {
      frame = []
      onTools(toolsOf(line))
    } else if (line.kind === 'end' && frame.length === 1) {
      isEnded = line.count('lines') === count && left?.size === 0
      if (!isEnded) refuse('report-invalid', 'the report ends before it is whole')
    } else if (line.kind === 'end' || line.kind === 'tools' || frame.length >= frameLinesMax) {
      refuse('report-invalid', 'the lines of the report do not fit together')
    }
  }
  const takeReady = (): void => {
    if (left === undefined && count === 0) left = new Set(onReady())
    else refuse('report-invalid', 'the program was ready before')
  }
  const takeText = (text: string): void => {
    if (!text.startsWith(tag)) return
    if (text === `${tag}ready`) {
      takeReady()
      return
    }
    if (count === 0 && isOtherVersion(text.slice(tag.length))) {
      refuse('program-version', 'a program of another version answered')
      return
    }
    count += 1
    const isOver = isEnded || text.length > lineLengthMax
    const line = isOver ? undefined : parseLine(text.slice(tag.length).split(' '), count)
    if (line === undefined) refuse('report-invalid', `report line ${count} breaks the grammar`)
    else takeLine(line)
  }
  return {
    take: (text) => {
      for (const one of linesOf(text)) {
        if (fault === undefined) takeText(one)
      }
    },
    fault: () => {
      if (fault !== undefined || isEnded) return fault
      if (count === 0) {
        return { because: 'report-missing', detail: 'no line of a report came' }
      }
      return { because: 'report-truncated', detail: `the report ends after line ${count}` }
    },
  }
}

const tellsTools = (action: ProgramAction): boolean => action === 'look' || action === 'unfence'

/**
 * Before the grammar, which is that of our version: all that is asked of another is its first line.
 */
const isOtherVersion = (first: string): boolean => {
  const [, version] = /^1 begin version=([0-9]{1,4})(?: |$)/.exec(first) ?? []
  return version !== undefined && version !== String(protocolVersion)
}
