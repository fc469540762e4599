import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { createKeptDrill } from '../../agent/compose/last-drill.ts'
import { drillReport } from '../../agent/contract/reply/drill-report.ts'
import { drilledHost, drillSeen, inspected, refusedLook } from '../fixtures/values/drills.ts'

const hosts = [drilledHost(inspected(), drillSeen()), drilledHost(refusedLook('login-refused'))]
const report = drillReport(hosts, true, new Date(Date.now() - 5_000).toISOString())

test('a drill outlives who made it', async (t) => {
  const folder = t.testdir({})
  const config = { journal: { file: join(folder, 'journal.jsonl') } }
  const agent = createKeptDrill(config)
  t.same(await agent.read(), { kept: 'no' })
  t.equal(agent.gauges(), undefined)
  await createKeptDrill(config).keep(report)
  t.equal(agent.gauges(), undefined, 'nobody has looked since')
  const [one, other] = await Promise.all([agent.read(), agent.read()])
  t.equal(one, other, 'one read at a time')
  t.match(one, { kept: 'yes', drill: { could: 1, of: 2 } })
  const { ageSec, ...counts } = agent.gauges() ?? { ageSec: -1 }
  t.ok(ageSec >= 5 && ageSec < 60)
  t.same(counts, { could: 1, couldNot: 1 })
  writeFileSync(join(folder, 'drill.json'), '{')
  t.same(await agent.read(), { kept: 'unreadable' })
  t.equal(agent.gauges(), undefined)
})

test('what cannot be read is no drill', async (t) => {
  const folder = t.testdir({ 'drill.json': {} })
  const kept = createKeptDrill({ journal: { file: join(folder, 'journal.jsonl') } })
  t.same(await kept.read(), { kept: 'unreadable' })
  await t.rejects(kept.keep(report))
})
