import { test } from 'tap'
import { drillReport } from '../../../agent/contract/reply/drill-report.ts'
import { loopback, openServer } from '../../fixtures/servers/agent-server.ts'
import { drilledHost, drillSeen, inspected } from '../../fixtures/values/drills.ts'

test('the last drill and its age', async (t) => {
  const at = new Date(Date.now() - 60_000).toISOString()
  const drill = drillReport([drilledHost(inspected(), drillSeen())], true, at)
  const { server } = openServer({
    lastDrill: async () => await Promise.resolve({ kept: 'yes', drill }),
  })
  const answer = await server.inject('/doctor')
  t.match(answer, {
    statusCode: 200,
    headers: { 'content-type': 'application/json; charset=utf-8' },
  })
  const { ageSec, ...rest } = answer.json<{ ageSec: number }>()
  t.ok(ageSec >= 60 && ageSec < 120)
  t.match(rest, { kept: 'yes', drill: { could: 1, of: 1, hosts: [{ could: 'yes' }] } })
})

test('none was ever made', async (t) => {
  t.same((await openServer().server.inject('/doctor')).json(), { kept: 'no' })
})

test('it names hosts, so that nobody reads it who serves monitoring alone', async (t) => {
  const opened = openServer()
  const { addresses, close } = await opened.open([{ ...loopback, serves: 'monitoring' }])
  t.teardown(close)
  const response = await fetch(`${String(addresses[0])}/doctor`)
  t.equal(response.status, 403)
  t.match(await response.json(), { code: 'FENCE_NOT_SERVED_HERE' })
})
