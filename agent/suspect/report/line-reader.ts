import type { LineKind, ReportLine } from './report-line.ts'

/** Hands out lines one by one; a wrong kind gives undefined and so ends the parse. */
export interface LineReader {
  readonly take: (kind: LineKind) => ReportLine | undefined
  readonly takeAll: (kind: LineKind) => readonly ReportLine[]
  /** How many lines were taken so far. */
  readonly taken: () => number
}

export const readLines = (lines: readonly ReportLine[]): LineReader => {
  let next = 0
  const take = (kind: LineKind): ReportLine | undefined => {
    const line = lines[next]
    if (line?.kind !== kind) return undefined
    next += 1
    return line
  }
  const takeAll = (kind: LineKind): readonly ReportLine[] => {
    const found: ReportLine[] = []
    for (let line = take(kind); line !== undefined; line = take(kind)) found.push(line)
    return found
  }
  return { take, takeAll, taken: () => next }
}
