import { test } from 'tap'
import { inspect } from '../../agent/inspect/inspect.ts'
import type { Inspection, SuspectTools } from '../../agent/fence/ports.ts'
import {
  createLaneWorld,
  dead,
  fakeSession,
  requestFor,
  vmNumber,
} from '../fixtures/worlds/lane-world.ts'

const tools: SuspectTools = {
  epochSec: 1_000 + 7,
  bash: '5.2',
  kernel: '6.1',
  pgrep: '4.0.2',
  sshdSessions: '10',
  sshdStartups: '10:30:100',
}

const play = async (told: Partial<Inspection>) => {
  const world = createLaneWorld()
  const asked: unknown[] = []
  const session = {
    ...fakeSession(),
    inspect: async (...given: readonly unknown[]): Promise<Inspection> => {
      asked.push(given.slice(0, 2))
      const phases = [{ phase: 'run', ms: 9 }] as const
      return await Promise.resolve({
        evidence: dead,
        detail: 'd',
        phases,
        tools: undefined,
        ...told,
      })
    },
  }
  const { suspect } = requestFor(1)
  const what = { action: 'look', vm: vmNumber(1) } as const
  const ask = { what, suspect, budgetMs: 9_000 }
  const running = inspect(world, ask, new AbortController().signal)
  await world.clock.advance(500)
  return { world, session, asked, running }
}

test('a look over a session of its own, which is closed', async (t) => {
  const { world, session, asked, running } = await play({ tools })
  t.notOk(world.heard.isHeard(['192.0.2.7'], 0))
  world.openings[0]?.hear()
  t.ok(world.heard.isHeard(['192.0.2.7'], 0), 'a fence that looks at this address is told')
  world.openings[0]?.end(session)
  const seen = await running
  t.same(asked, [[{ action: 'look', vm: vmNumber(1) }, 8_500]])
  t.equal(seen.evidence, dead)
  t.same(
    seen.trail.phases.map(({ phase }) => phase),
    ['login', 'run'],
  )
  t.equal(seen.trail.detail, 'd')
  t.equal(seen.skewSec, 7, 'its clock is ahead of the world’s, which begins at 1000 s')
  t.ok(session.isClosed())
})

test('without a word of its tools nobody knows its clock', async (t) => {
  const { world, session, running } = await play({})
  world.openings[0]?.end(session)
  t.equal((await running).skewSec, undefined)
})

test('a suspect that lets nobody in', async (t) => {
  const { world, running, asked } = await play({})
  const evidence = { kind: 'refusal', because: 'login-refused' } as const
  const trail = { address: '192.0.2.7', phases: [], detail: 'no' }
  world.openings[0]?.end({ kind: 'evidence', evidence, trail })
  t.match(await running, { evidence, trail, tools: undefined, skewSec: undefined })
  t.ok(world.heard.isHeard(['192.0.2.7'], 0))
  t.same(asked, [])
})
