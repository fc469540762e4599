import { test } from 'tap'
import { createLookService } from '../../agent/inspect/look.ts'
import { createLaneWorld, dead, fakeSession, requestFor } from '../fixtures/worlds/lane-world.ts'

const answering = (asked: unknown[]) => ({
  ...fakeSession(),
  inspect: async (...given: readonly unknown[]) => {
    asked.push(given.slice(0, 2))
    const phases = [{ phase: 'run', ms: 9 }] as const
    return await Promise.resolve({ evidence: dead, detail: 'd', phases, tools: undefined })
  },
})

for (const action of ['look', 'unfence'] as const)
  test(`${action}: asked for as such, within the budget of its request`, async (t) => {
    const world = createLaneWorld()
    const asked: unknown[] = []
    const service = createLookService(world)
    const request = requestFor(1, { budgetMs: 5_000 })
    const looking = service[action](request)
    t.equal(service.inFlight(), 1)
    await world.clock.advance(100)
    t.equal(world.openings[0]?.budgetMs, 4_600, 'the answer keeps its own part')
    const session = answering(asked)
    world.openings[0]?.end(session)
    const record = await looking
    t.same(asked, [[{ action, vm: request.vm }, 4_500]])
    t.match(record, {
      request,
      startedAt: '1970-01-01T00:16:40.000Z',
      durationMs: 100,
      seen: { evidence: dead },
    })
    t.ok(session.isClosed())
    t.equal(session.runs.length, 0, 'nothing was fenced')
    t.equal(service.inFlight(), 0)
  })

test('who stops waits for no look', async (t) => {
  const world = createLaneWorld()
  const signals: AbortSignal[] = []
  const suspect = {
    open: async (_target: unknown, _budgetMs: number, signal: AbortSignal) => {
      signals.push(signal)
      return await Promise.reject(new Error('planted'))
    },
  }
  const service = createLookService({ ...world, suspect })
  service.stop()
  const { seen } = await service.look(requestFor(1))
  t.match(seen, {
    evidence: { kind: 'own-trouble', because: 'internal-error' },
    trail: { detail: 'a fault in the agent itself (Error)' },
  })
  t.ok(signals[0]?.aborted)
  t.equal(service.inFlight(), 0)
})

test('what is thrown and is no error', async (t) => {
  const world = createLaneWorld()
  const thrown: unknown = 'planted'
  const suspect = { open: async () => await Promise.reject(thrown) }
  const { seen } = await createLookService({ ...world, suspect }).look(requestFor(1))
  t.equal(seen.trail.detail, 'a fault in the agent itself (thrown)')
})
