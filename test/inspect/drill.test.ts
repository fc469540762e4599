import { test } from 'tap'
import { drillHost, drillHosts, hostsAtOnceMax } from '../../agent/inspect/drill.ts'
import type { DrillDeps } from '../../agent/inspect/drill.ts'
import type { Inspection, ToInspect } from '../../agent/fence/ports.ts'
import { drillSeen, inspected, refusedLook } from '../fixtures/values/drills.ts'
import {
  createLaneWorld,
  fakeSession,
  requestFor,
  vmNumber,
} from '../fixtures/worlds/lane-world.ts'
import type { Inspected } from '../../agent/inspect/inspect.ts'

const { signal } = new AbortController()

/** A world that lets everybody in at once; what is asked there is answered by the word of it. */
const openWorld = (answers: Readonly<Record<'look' | 'drill', Inspected>>) => {
  const world = createLaneWorld()
  const asked: ToInspect[] = []
  let [openings, openingsMax] = [0, 0]
  const parts: DrillDeps = {
    ...world,
    newVm: () => vmNumber(7),
    suspect: {
      open: async () => {
        openings += 1
        openingsMax = Math.max(openings, openingsMax)
        await new Promise((resolve) => setImmediate(resolve))
        const session = fakeSession()
        const inspect = async (what: ToInspect): Promise<Inspection> => {
          asked.push(what)
          const { evidence, tools } = answers[what.action === 'drill' ? 'drill' : 'look']
          openings -= 1
          return await Promise.resolve({ evidence, tools, detail: '', phases: [] })
        }
        const trail = { address: '192.0.2.7', phases: [], detail: '' }
        return { kind: 'open', session: { ...session, inspect }, trail }
      },
    },
  }
  return { parts, asked, openingsMax: () => openingsMax }
}

const { suspect } = requestFor(1)
const well = { look: inspected(), drill: drillSeen() }

test('a look at a VM that was made up, and a canary only where one is wanted', async (t) => {
  const rules = { isDrill: false, budgetMs: 9_000 }
  const looked = openWorld(well)
  const seen = await drillHost(suspect, rules, looked.parts, signal)
  t.match(seen, { suspect, finding: { kind: 'could-fence' } })
  t.notOk('drill' in seen)
  t.same(looked.asked, [{ action: 'look', vm: vmNumber(7) }])

  const drilled = openWorld(well)
  const killed = await drillHost(suspect, { ...rules, isDrill: true }, drilled.parts, signal)
  t.match(killed, { finding: { kind: 'could-fence' }, drill: { evidence: { kind: 'report' } } })
  t.same(drilled.asked, [{ action: 'look', vm: vmNumber(7) }, { action: 'drill' }])
})

test('what the drill meets counts, and where the look is refused nothing is started', async (t) => {
  const rules = { isDrill: true, budgetMs: 9_000 }
  const survives = openWorld({ look: inspected(), drill: drillSeen({ qemus: [] }) })
  t.match(await drillHost(suspect, rules, survives.parts, signal), {
    finding: { kind: 'could-not', because: 'canary-not-met' },
  })
  const refused = openWorld({ look: refusedLook('report-missing'), drill: drillSeen() })
  t.match(await drillHost(suspect, rules, refused.parts, signal), {
    finding: { kind: 'could-not', because: 'report-missing' },
  })
  t.same(
    refused.asked.map(({ action }) => action),
    ['look'],
  )
})

test('many hosts, some at once, in the order in which they were given', async (t) => {
  const { parts, openingsMax } = openWorld(well)
  const suspects = Array.from({ length: 30 }, (_, index) => requestFor(index + 1).suspect)
  let told = 0
  const rules = { isDrill: true, budgetMs: 9_000 }
  const drilled = await drillHosts(suspects, rules, parts, signal, () => (told += 1))
  t.equal(told, 30)
  t.ok(drilled.every((one, index) => one.suspect === suspects[index]))
  t.equal(openingsMax(), hostsAtOnceMax)
})
