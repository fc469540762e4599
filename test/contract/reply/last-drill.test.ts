import { Ajv } from 'ajv'
import { test } from 'tap'
import { plainRejection } from '../../../agent/contract/reply/rejection.ts'
import { drillReport } from '../../../agent/contract/reply/drill-report.ts'
import { lastDrillSchema } from '../../../agent/contract/reply/drill-schema.ts'
import {
  ageSecOf,
  lastDrillReply,
  parseLastDrill,
} from '../../../agent/contract/reply/last-drill.ts'
import {
  drilledHost,
  drillSeen,
  inspected,
  lookOf,
  refusedLook,
} from '../../fixtures/values/drills.ts'
import { fenceRequest } from '../../fixtures/values/fence-records.ts'

const at = '2026-11-25T08:00:00.000Z'
const { suspect } = fenceRequest()
const report = drillReport(
  [
    drilledHost(inspected(), drillSeen()),
    drilledHost(lookOf({ virsh: 'missing' }, { skewSec: -7 })),
    drilledHost(refusedLook('sudo-refused')),
    { suspect, refusal: plainRejection('FENCE_TARGET_IS_OWN_HOST') },
  ],
  true,
  at,
)

const isValid = new Ajv({ strict: true }).compile(lastDrillSchema)

test('what was kept is read back, and fits what the API document says', async (t) => {
  const last = parseLastDrill(JSON.stringify(report))
  t.strictSame(last, { kept: 'yes', drill: JSON.parse(JSON.stringify(report)) as unknown })
  const reply = lastDrillReply(last, Date.parse(at) + 90_400)
  t.match(reply, { kept: 'yes', ageSec: 90 })
  t.ok(isValid(reply))
  t.equal(ageSecOf(report, Date.parse(at) - 5_000), 0, 'by a clock that was set back')
})

test('no file, and what is no drill', async (t) => {
  t.same(parseLastDrill(undefined), { kept: 'no' })
  const { at: _at, ...timeless } = report
  const others = ['', '{', 'null', '[]', '{}', JSON.stringify(timeless)]
  const wrong = [{ at: 'yesterday' }, { could: '2' }, { could: -1 }, { hosts: [{}] }, { more: 1 }]
  for (const text of [...others, ...wrong.map((part) => JSON.stringify({ ...report, ...part }))]) {
    t.same(parseLastDrill(text), { kept: 'unreadable' }, text.slice(0, 40))
  }
  for (const kept of ['no', 'unreadable'] as const) {
    t.same(lastDrillReply({ kept }, 0), { kept })
    t.ok(isValid({ kept }))
  }
})
