import { test } from 'tap'
import { decide } from '../../../agent/domain/decide.ts'
import { createLanes } from '../../../agent/fence/lane/lanes.ts'
import { hostAddress } from '../../fixtures/values/fence-records.ts'
import {
  askFor,
  createLaneWorld,
  fakeSession,
  requestFor,
} from '../../fixtures/worlds/lane-world.ts'

test('one lane per suspect, until it has nothing left', async (t) => {
  const world = createLaneWorld()
  const { clock, openings } = world
  const lanes = createLanes({ keepMs: 1_000 }, world, new AbortController().signal)
  const ask = (number: number, address: string) => {
    const request = requestFor(number)
    const suspect = { ...request.suspect, addresses: [hostAddress(address)] as const }
    return lanes.contact({ ...askFor(number), request: { ...request, suspect } })
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

test('what one lane hears of an address is told to a fence of another', async (t) => {
  for (const [isHeard, because] of [
    [true, 'contact-lost'],
    [false, 'every-address-silent'],
  ] as const) {
    const made = createLaneWorld()
    const world = { ...made, silence: { ...made.silence, needsMs: 4_000 } }
    const { clock, openings } = world
    const lanes = createLanes({ keepMs: 1_000 }, world, new AbortController().signal)
    void lanes.contact(askFor(1))
    await clock.advance(0)
    openings[0]?.end(fakeSession())
    await clock.advance(1)
    // The same host by another of its uuids.
    const request = requestFor(2)
    const suspect = { ...request.suspect, hostUuid: 'another' }
    const asked = { ...askFor(2, 8_000, clock.nowMs()), request: { ...request, suspect } }
    const looking = lanes.contact(asked)
    await clock.advance(4_000)
    if (isHeard) openings[0]?.hear()
    openings[1]?.end({
      kind: 'no-contact',
      dials: [{ address: '192.0.2.7', tcp: 'silent' }],
      trail: { address: '', phases: [], detail: '' },
    })
    t.equal(decide((await looking).evidence).because, because)
  }
})
