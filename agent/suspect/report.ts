/**
 * The program's text to a VM's report. Strict: whatever is not exactly one whole report, made for
 * this request and closed by its end line, is a doubt. Text without our nonce is noise and ignored;
 * a login shell may print what it likes.
 */
import type { VmReport } from '../domain/evidence.ts'
import type { VmUuid } from '../domain/identity.ts'
import type { Doubt } from '../domain/verdict.ts'
import { protocolVersion } from './program.ts'
import { hostOf, readFrame, readLines, viewOf } from './report-frame.ts'
import { parseLine } from './report-line.ts'
import type { ReportLine } from './report-line.ts'

export type ParsedReport =
  | { readonly kind: 'complete'; readonly report: VmReport }
  | { readonly kind: 'doubt'; readonly because: Doubt; readonly detail: string }

const doubtful = (because: Doubt, detail: string): ParsedReport => ({
  kind: 'doubt',
  because,
  detail,
})

/** Never throws, whatever the text. */
export const parseReport = (stdout: string, nonce: string, vm: VmUuid): ParsedReport => {
  const tag = `PF1 ${nonce} `
  // What follows the last newline is a line only when its newline has come.
  const texts = stdout.split('\n').slice(0, -1)
  const tagged = texts.filter((text) => text.startsWith(tag))
  if (tagged.length === 0) return doubtful('report-missing', 'no line of a report came')
  if (isOtherVersion(tagged[0]?.slice(tag.length))) {
    return doubtful('program-version', 'a program of another version answered')
  }
  const lines: ReportLine[] = []
  for (const text of tagged) {
    const line = parseLine(text.slice(tag.length).split(' '), lines.length + 1)
    if (line === undefined) {
      return doubtful('report-invalid', `report line ${lines.length + 1} breaks the grammar`)
    }
    lines.push(line)
  }
  const last = lines.at(-1)
  if (lines.some((line) => line.kind === 'fail')) {
    return doubtful('program-failed', 'the program said that it cannot work on this host')
  }
  if (last?.kind !== 'end') {
    return doubtful('report-truncated', `the report ends after line ${lines.length}`)
  }
  return readReport(lines, vm)
}

/** Before the grammar, which is that of our version: all that is asked of another is its first line. */
const isOtherVersion = (first = ''): boolean => {
  const [, version] = /^1 begin version=([0-9]{1,4})(?: |$)/.exec(first) ?? []
  return version !== undefined && version !== String(protocolVersion)
}

const readReport = (lines: readonly ReportLine[], vm: VmUuid): ParsedReport => {
  const invalid = doubtful('report-invalid', 'the lines of the report do not fit together')
  const reader = readLines(lines)
  const begin = reader.take('begin')
  const host = reader.take('host')
  const view = reader.take('view')
  if (begin === undefined || host === undefined || view === undefined) return invalid
  const reports: VmReport[] = []
  for (let index = 0; index < begin.count('vms'); index += 1) {
    const report = readFrame(reader, hostOf(host), viewOf(view))
    if (report === undefined) return invalid
    reports.push(report)
  }
  const end = reader.take('end')
  if (end?.count('lines') !== lines.length || reader.taken() !== lines.length) return invalid
  const [own, ...more] = reports.filter((report) => report.vm === vm)
  if (own === undefined || more.length > 0) return invalid
  return { kind: 'complete', report: own }
}
