import { test } from 'tap'
import { expectedLog, playScenario, scenarios } from './scenarios/scenario.ts'
import { lightenSignals } from './simulation/light-signals.ts'

test('every story goes as it is told', async (t) => {
  t.teardown(lightenSignals())
  for (const name of scenarios()) {
    const log = await playScenario(name)
    t.equal(log, expectedLog(name), name)
    t.notMatch(log, /^broken:/m, `${name} breaks no promise`)
  }
})
