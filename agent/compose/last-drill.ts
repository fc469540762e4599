/** The last drill, kept beside the journal by whoever made it, and read by the agent. */
import { dirname, join } from 'node:path'
import type { Config } from '../config/config.ts'
import type { DrillReport } from '../contract/reply/drill-report.ts'
import { ageSecOf, parseLastDrill } from '../contract/reply/last-drill.ts'
import type { LastDrill } from '../contract/reply/last-drill.ts'
import { asciiJson } from '../base/text/ascii-json.ts'
import { readState, replaceState } from '../base/file/state-file.ts'
import type { DrillGauges } from '../metrics/agent-metrics.ts'

export interface KeptDrill {
  /** Rejects where the disk does not take it. */
  readonly keep: (report: DrillReport) => Promise<void>
  /** Never rejects; one read at a time, whoever asks. */
  readonly read: () => Promise<LastDrill>
  /** Of the last read. */
  readonly gauges: () => DrillGauges | undefined
}

/** Of 1024 hosts, each with all its flaws. */
const bytesMax = 4 * 1024 * 1024

export const createKeptDrill = ({ journal }: Pick<Config, 'journal'>): KeptDrill => {
  const file = join(dirname(journal.file), 'drill.json')
  let last: LastDrill = { kept: 'no' }
  let reading: Promise<LastDrill> | undefined
  const readOnce = async (): Promise<LastDrill> => {
    last = await readState(file, bytesMax).then(parseLastDrill, () => ({ kept: 'unreadable' }))
    reading = undefined
    return last
  }
  return {
    keep: async (report) => {
      await replaceState(file, `${asciiJson(report)}\n`)
    },
    read: async () => await (reading ??= readOnce()),
    gauges: () => {
      if (last.kept !== 'yes') return undefined
      const { drill } = last
      const ageSec = ageSecOf(drill, Date.now())
      return { ageSec, could: drill.could, couldNot: drill.of - drill.could }
    },
  }
}
