/** What a run has shown: a table per kind of fault, and the closing figure. */
import type { FenceSeen, RoundHistory } from './history.ts'
import { findViolations, readVerdict } from './invariants.ts'
import type { Violation } from './invariants.ts'

interface Row {
  fences: number
  dead: number
  unreachable: number
  refused: number
  unanswered: number
  /** Refusals where a correct agent could have proven the death. */
  avoidable: number
  reasons: Map<string, number>
}

export interface Report {
  /** Gives the round's violations back. */
  readonly add: (history: RoundHistory) => readonly Violation[]
  readonly fences: () => number
  readonly violations: () => number
  /** Rows with ` | ` between their cells; a fence under two faults is in the rows of both. */
  readonly table: () => readonly string[]
  readonly closing: () => string
}

export const createReport = (): Report => {
  const rows = new Map<string, Row>()
  const violations: Violation[] = []
  let fences = 0
  let answered = 0
  let proceeds = 0
  const lateMs: number[] = []
  const row = (name: string): Row => {
    const known = rows.get(name) ?? emptyRow()
    rows.set(name, known)
    return known
  }
  return {
    add: (history) => {
      for (const fence of history.fences) {
        fences += 1
        if (fence.answer !== undefined) answered += 1
        if (fence.answer?.body['success'] === true) proceeds += 1
        const overMs = Math.round(fence.endedMs - fence.sentMs - fence.budgetMs)
        if (fence.answer !== undefined && overMs > 0) lateMs.push(overMs)
        const names = fence.faults.length === 0 ? ['after the fault'] : fence.faults
        for (const name of names) count(row(name), fence)
      }
      const found = findViolations(history)
      violations.push(...found)
      return found
    },
    fences: () => fences,
    violations: () => violations.length,
    table: () => [
      'fault | fences | dead | unreachable | refused | no answer | avoidable | reasons',
      ...[...rows].toSorted(([a], [b]) => a.localeCompare(b)).map(tableLine),
    ],
    closing: () => {
      const unsafe = violations.filter((one) => one.unsafe).length
      const bound = answered === 0 ? 'no bound' : `bound 3/N = ${(300 / answered).toFixed(2)} %`
      const others = violations.length - unsafe
      const late = `late ${lateMs.length} (at most ${Math.max(0, ...lateMs)} ms)`
      const seen = `fences ${fences}, answered ${answered}, proceeds ${proceeds}, ${late}`
      return `${seen}, unsafe ${unsafe}, other violations ${others}, ${bound}`
    },
  }
}

const emptyRow = (): Row => ({
  fences: 0,
  dead: 0,
  unreachable: 0,
  refused: 0,
  unanswered: 0,
  avoidable: 0,
  reasons: new Map(),
})

const count = (row: Row, { answer, recoverable }: FenceSeen): void => {
  const verdict = answer && readVerdict(answer)
  row.fences += 1
  if (verdict === undefined) row.unanswered += 1
  if (verdict === 'qemuConfirmedDead') row.dead += 1
  if (verdict === 'targetHostUnreachable') row.unreachable += 1
  if (verdict === 'qemuStillAlive') {
    row.refused += 1
    if (recoverable) row.avoidable += 1
  }
  const reason = answer === undefined ? '-' : String(answer.body['reason'])
  row.reasons.set(reason, (row.reasons.get(reason) ?? 0) + 1)
}

const tableLine = ([name, row]: readonly [string, Row]): string => {
  const reasons = [...row.reasons].toSorted(([, a], [, b]) => b - a)
  const cells = [row.fences, row.dead, row.unreachable, row.refused, row.unanswered, row.avoidable]
  return [name, ...cells, reasons.map(([reason, n]) => `${reason} ${n}`).join(', ')].join(' | ')
}
