import { test } from 'tap'
import type { Evidence, QuarantineState } from '../../agent/domain/evidence.ts'
import { liftDoubts, liftOf } from '../../agent/domain/lift.ts'
import { lookDoubts } from '../../agent/domain/sight.ts'
import { doubts } from '../../agent/domain/verdict.ts'
import { cleanReport, silent } from '../fixtures/values/evidence.ts'
import { lookEvidence } from '../fixtures/values/fence-records.ts'

const after = (state: QuarantineState['state']): Evidence =>
  lookEvidence({ quarantine: { state, policy: 'optional' } })
const hidden = { ...cleanReport.view, processes: 'hidden' } as const

const rows: readonly (readonly [string, Evidence, string])[] = [
  ['every entry was ended', after('lifted'), 'lifted'],
  ['there was none', after('not-set'), 'not-set'],
  ['an entry that could not be written', after('not-writable'), 'lift-not-written'],
  ['what no program that lifts says: set', after('set'), 'report-invalid'],
  ['what no program that lifts says: proven', after('proven'), 'report-invalid'],
  ['what no program that lifts says: taken back', after('taken-back'), 'report-invalid'],
  ['what no program that lifts says: no hook', after('no-hook'), 'report-invalid'],
  ['what no program that lifts says: ignored', after('hook-not-active'), 'report-invalid'],
  [
    'lifted, although not every process can be seen',
    lookEvidence({ quarantine: { state: 'lifted', policy: 'optional' }, view: hidden }),
    'lifted',
  ],
  [
    'on another host',
    lookEvidence({
      quarantine: { state: 'lifted', policy: 'optional' },
      host: { ...cleanReport.host, is: 'contradicted' },
    }),
    'wrong-host',
  ],
  [
    'none on another host',
    lookEvidence({
      quarantine: { state: 'not-set', policy: 'optional' },
      host: { ...cleanReport.host, is: 'contradicted' },
    }),
    'wrong-host',
  ],
  ['silence everywhere', silent(), 'host-silent'],
  ['out of time', { kind: 'out-of-time' }, 'deadline-passed'],
  ...doubts.map((because) => [because, { kind: 'refusal', because }, because] as const),
]

test('what came of lifting a quarantine', async (t) => {
  for (const [title, evidence, word] of rows) {
    const lift = liftOf(evidence)
    t.equal(lift.kind === 'cannot-tell' ? lift.because : lift.kind, word, title)
  }
})

test('its own doubts are those of nothing else', async (t) => {
  const others: readonly string[] = [...doubts, ...lookDoubts]
  t.same(
    liftDoubts.filter((word) => others.includes(word)),
    [],
  )
})
