import { test } from 'tap'
import { createPhaseLog } from '../../agent/suspect/phase-log.ts'
import { createWallClock } from '../fixtures/worlds/wall-clock.ts'

test('each phase has the length from its start to the next one', async (t) => {
  let now = 0
  const log = createPhaseLog({ ...createWallClock(), nowMs: () => now })
  t.strictSame(log.close('', 'nothing'), { address: '', phases: [], detail: 'nothing' })
  log.enter('resolve')
  now = 3.4
  log.enter('connect')
  now = 50
  const trail = log.close('10.0.0.1', 'the detail')
  t.strictSame(trail, {
    address: '10.0.0.1',
    phases: [
      { phase: 'resolve', ms: 3 },
      { phase: 'connect', ms: 47 },
    ],
    detail: 'the detail',
  })
  log.enter('run')
  t.equal(trail.phases.length, 2, 'a trail that was given does not change')
})
