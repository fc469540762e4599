import { fastify } from 'fastify'
import { test } from 'tap'
import { capabilities } from '../../../agent/contract/reply/health-reply.ts'
import { addHealthRoutes } from '../../../agent/http/routes/health-route.ts'
import { openServer } from '../../fixtures/servers/agent-server.ts'
import { agentId } from '../../fixtures/values/fence-records.ts'
import { readMetrics } from '../../fixtures/values/prometheus-text.ts'

test('health says whether fences are accepted, and how many run', async (t) => {
  const { server } = openServer({ inFlight: () => 3 })
  const answer = await server.inject('/healthz')
  t.equal(answer.statusCode, 200)
  t.same(answer.json(), { status: 'ok', inFlight: 3 })
  t.equal((await server.inject({ method: 'HEAD', url: '/healthz/' })).statusCode, 200)
})

test('readiness names what is missing, and says 503 then', async (t) => {
  t.match(await openServer().server.inject('/readyz'), {
    statusCode: 200,
    body: '{"ready":true,"missing":[]}',
  })
  const missing = async () => await Promise.resolve(['/journal/file: \u00e4'])
  const answer = await openServer({ missing }).server.inject('/readyz')
  t.equal(answer.statusCode, 503)
  t.same(answer.json(), { ready: false, missing: ['/journal/file: \u00e4'] })
  t.match(answer.body, /^[\x20-\x7e]*$/)
})

test('version says what runs, and what it can do', async (t) => {
  const { server } = openServer()
  const answer = await server.inject('/version')
  t.same(answer.json(), {
    name: 'peerfence',
    version: '1.2.3',
    agentId,
    capabilities,
  })
})

test('metrics are text, and a scrape looks whether a fence would be possible', async (t) => {
  let looks = 0
  const missing = async () => {
    looks += 1
    return await Promise.resolve([])
  }
  const { server } = openServer({ missing })
  const answer = await server.inject('/metrics')
  t.equal(answer.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
  t.ok(readMetrics(answer.body.replaceAll('"+Inf"', '"Inf"')).has('peerfence_verdicts_total'))
  t.equal(looks, 1)
})

test('an agent that stops is neither ready nor looked at', async (t) => {
  const server = fastify()
  addHealthRoutes(server, {
    inFlight: () => 0,
    isDraining: () => true,
    version: '1',
    agentId,
    missing: async () => await Promise.reject(new Error('looked')),
    metrics: { type: 'text/plain', text: () => 'm' },
  })
  const rows = [
    ['/healthz', 503, '{"status":"draining","inFlight":0}'],
    ['/readyz', 503, '{"ready":false,"missing":["the agent is stopping"]}'],
    ['/metrics', 200, 'm'],
  ] as const
  for (const [url, statusCode, body] of rows) {
    t.match(await server.inject(url), { statusCode, body }, url)
  }
})

test('a caller outside of the list learns nothing', async (t) => {
  const { server } = openServer({ rules: { allowFrom: ['192.0.2.0/24'] } })
  for (const url of ['/healthz', '/readyz', '/version', '/metrics', '/openapi.json', '/other']) {
    t.equal((await server.inject(url)).statusCode, 403, url)
  }
})
