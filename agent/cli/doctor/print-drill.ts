/** What a drill found, as a person reads it: one line per host, and one for all. Pure. */
import type { DrillEntry, DrillReport } from '../../contract/reply/drill-report.ts'
import { hostPortText, sshPort } from '../../base/net/host-port.ts'
import type { Paint } from '../colour.ts'
import { plain } from '../print-answer.ts'

/** Lines without their ends. */
export const drillLines = (
  { hosts, could, of, drilled }: DrillReport,
  paint: Paint,
): readonly string[] => {
  const names = hosts.map(nameOf)
  const width = Math.max(...names.map(({ length }) => length))
  return [
    ...hosts.map((host, index) => `${String(names[index]).padEnd(width)}  ${wordsOf(host, paint)}`),
    ...(drilled
      ? []
      : [paint('nothing was killed: --drill kills a canary of its own and proves it', 'dim')]),
    paint(`could fence ${could} of ${of} hosts`, could === of && of > 0 ? 'green' : 'red'),
  ]
}

const nameOf = ({ host, port }: DrillEntry): string =>
  port === sshPort ? host : hostPortText(host, port)

const wordsOf = (entry: DrillEntry, paint: Paint): string => {
  const { could, reason, phase, summary, nextStep, flaws, durationMs } = entry
  switch (could) {
    case 'yes': {
      const weak = flaws.map((one) => `; but ${one.flaw}: ${plain(one.nextStep)}`)
      const head = paint('ok', flaws.length > 0 ? 'yellow' : 'green')
      return `${head}      ${[...seenWords(entry), `${durationMs} ms`].join(', ')}${weak.join('')}`
    }
    case 'no': {
      const where = phase === '' ? '' : ` (at ${phase})`
      return `${paint('FAILED', 'red')}  ${reason}${where}: ${plain(summary)} ${plain(nextStep)}`
    }
    case 'left-out':
      return `${paint('itself', 'dim')}  left out: ${plain(summary)}`
  }
}

const seenWords = ({ tools, virsh, skewSec, canaryMs }: DrillEntry): readonly string[] => [
  ...(canaryMs === undefined ? [] : [`canary dead after ${canaryMs} ms`]),
  ...(tools === undefined
    ? []
    : [
        `bash ${tools.bash}`,
        `pgrep ${tools.pgrep}`,
        `MaxSessions ${tools.maxSessions}`,
        `MaxStartups ${tools.maxStartups}`,
      ]),
  ...(virsh === undefined ? [] : [`virsh ${virsh}`]),
  ...(skewSec === undefined ? [] : [`clock ${skewSec < 0 ? '' : '+'}${skewSec} s`]),
]
