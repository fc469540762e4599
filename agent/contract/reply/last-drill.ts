/** The last drill, as it was kept on the disk. What is there may be anything: a file is a file. */
import { Ajv } from 'ajv'
import type { DrillReport } from './drill-report.ts'
import { drillSchema } from './drill-schema.ts'

export type LastDrill =
  | { readonly kept: 'yes'; readonly drill: DrillReport }
  | { readonly kept: 'no' }
  | { readonly kept: 'unreadable' }

export type LastDrillReply =
  | { readonly kept: 'yes'; readonly ageSec: number; readonly drill: DrillReport }
  | Exclude<LastDrill, { readonly kept: 'yes' }>

const validate = new Ajv({ coerceTypes: false, removeAdditional: false }).compile<DrillReport>(
  drillSchema,
)

/** `text` is undefined where there is no file. Never throws. */
export const parseLastDrill = (text: string | undefined): LastDrill => {
  if (text === undefined) return { kept: 'no' }
  try {
    const drill: unknown = JSON.parse(text)
    const isDrill = validate(drill) && !Number.isNaN(Date.parse(drill.at))
    return isDrill ? { kept: 'yes', drill } : { kept: 'unreadable' }
  } catch {
    // A syntax error: somebody else wrote it.
    return { kept: 'unreadable' }
  }
}

/**
 * `nowMs` is of the wall clock; a drill of the future, by a clock that was set back, has the age 0.
 */
export const ageSecOf = ({ at }: DrillReport, nowMs: number): number =>
  Math.max(0, Math.round((nowMs - Date.parse(at)) / 1000))

export const lastDrillReply = (last: LastDrill, nowMs: number): LastDrillReply =>
  last.kept === 'yes'
    ? { kept: 'yes', ageSec: ageSecOf(last.drill, nowMs), drill: last.drill }
    : last
