import { pino } from 'pino'
import { test } from 'tap'
import { logLevels } from '../../agent/config/config.ts'

test('the levels are those of the logger', async (t) => {
  t.same(logLevels.toSorted(), Object.keys(pino.levels.values).toSorted())
})
