import { test } from 'tap'
import { createLanes } from '../../agent/fence/lanes.ts'
import { hostAddress } from '../fixtures/fence-records.ts'
import { askFor, createLaneWorld, fakeSession, requestFor } from '../fixtures/lane-world.ts'

test('one lane per suspect, until it has nothing left', async (t) => {
  const world = createLaneWorld()
  const { clock, openings } = world
  const lanes = createLanes({ keepMs: 1_000 }, world, new AbortController().signal)
  const ask = (number: number, address: string) => {
    const request = requestFor(number)
    const suspect = { ...request.suspect, addresses: [hostAddress(address)] as const }
    return lanes.look({ ...askFor(number), request: { ...request, suspect } })
  }
  void ask(1, '192.0.2.7')
  void ask(2, '192.0.2.7')
  void ask(3, '192.0.2.8')
  await clock.advance(0)
  t.equal(openings.length, 2)
  t.same(lanes.counts(), { lanes: 2, queued: 3, runs: 0, sessions: 0 })
  const session = fakeSession()
  openings[0]?.end(session)
  await clock.advance(0)
  t.same(lanes.counts(), { lanes: 2, queued: 1, runs: 1, sessions: 1 })
  session.runs[0]?.end()
  await clock.advance(1_000)
  t.equal(lanes.counts().lanes, 1)
  const other = fakeSession()
  openings[1]?.end(other)
  await clock.advance(0)
  lanes.close()
  t.ok(other.isClosed())
})
