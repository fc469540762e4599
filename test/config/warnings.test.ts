import { test } from 'tap'
import { withDefaults } from '../../agent/config/defaults.ts'
import { configWarnings } from '../../agent/config/warnings.ts'
import type { ConfigFile } from '../../agent/config/schema.ts'

const rows: readonly (readonly [string, ConfigFile, readonly string[]])[] = [
  ['the defaults', {}, []],
  ['a short silence', { probe: { silenceSec: 9 } }, ['/probe/silenceSec']],
  ['one that is just long enough', { probe: { silenceSec: 10 } }, []],
  ['a budget that cannot hold it', { fence: { budgetMaxSec: 16 } }, ['/fence/budgetMaxSec']],
  ['a budget that can', { fence: { budgetMaxSec: 17 } }, []],
  [
    'a quarantine that is over before its proof',
    { suspects: { quarantineSec: 60 } },
    ['/suspects/quarantineSec'],
  ],
  ['one that lasts just longer', { suspects: { quarantineSec: 61 } }, []],
  ['no quarantine', { suspects: { quarantineSec: 0 } }, []],
  [
    'routed silence without a port',
    { probe: { routedSilence: 'accept', witnesses: ['10.0.0.1'] } },
    ['/probe/witnesses'],
  ],
  [
    'routed silence with one',
    { probe: { routedSilence: 'accept', witnesses: ['10.0.0.1', '10.0.1.1:22'] } },
    [],
  ],
]

test('what an operator is warned of', async (t) => {
  for (const [title, file, paths] of rows) {
    const found = configWarnings(withDefaults(file))
    t.same(
      found.map(({ path }) => path),
      paths,
      title,
    )
  }
})
