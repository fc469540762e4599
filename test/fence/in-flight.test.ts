import { test } from 'tap'
import { createInFlight } from '../../agent/fence/in-flight.ts'
import type { FenceRecord } from '../../agent/fence/record.ts'
import { createSimClock } from '../fixtures/worlds/sim-clock.ts'
import { fenceRecord, fenceRequest, hostAddress, vmUuid } from '../fixtures/values/fence-records.ts'

const nothing = {
  inFlight: () => 0,
  lanes: () => ({ lanes: 0, queued: 0, runs: 0, sessions: 0 }),
  drain: async () => {
    await Promise.resolve()
  },
}

test('a request is on the board while it is in flight, with its phase and its age', async (t) => {
  const clock = createSimClock()
  const board = createInFlight(clock)
  const ends: ((record: FenceRecord) => void)[] = []
  const service = board.watch({
    ...nothing,
    fence: async () => await new Promise((resolve) => ends.push(resolve)),
    inFlight: () => 7,
  })
  t.equal(service.inFlight(), 7, 'the rest of the service is as it was')
  const one = fenceRequest()
  const sibling = fenceRequest({}, { fenceId: 'fence-2', vm: vmUuid('f'.repeat(32)) })
  const elsewhere = fenceRequest({ addresses: [hostAddress('192.0.2.9')] }, { fenceId: 'fence-3' })
  const first = service.fence(one)
  await clock.advance(40)
  const others = [service.fence(sibling), service.fence(elsewhere)]
  const phases = () => board.list().map(({ phase }) => phase)
  t.same(phases(), ['queue', 'queue', 'queue'])
  board.enter(one.suspect, 'login')
  t.same(phases(), ['login', 'login', 'queue'], 'a login is for all who wait for the suspect')
  board.enter(one.suspect, 'run', [one.vm])
  t.same(phases(), ['run', 'login', 'queue'], 'a run for those who are in it')
  t.match(board.list(), [
    { request: one, elapsedMs: 40 },
    { request: sibling, elapsedMs: 0 },
    { request: elsewhere, elapsedMs: 0 },
  ])
  const record = fenceRecord()
  ends[0]?.(record)
  t.equal(await first, record)
  t.equal(board.list().length, 2)
  for (const end of ends) end(record)
  await Promise.all(others)
  t.same(board.list(), [])
})

test('one that ends by a bug leaves the board, too', async (t) => {
  const board = createInFlight(createSimClock())
  const service = board.watch({
    ...nothing,
    fence: async () => await Promise.reject(new Error('planted')),
  })
  await t.rejects(service.fence(fenceRequest()), /planted/)
  t.same(board.list(), [])
})
