import { test } from 'tap'
import { openDesk } from '../fixtures/agent-server.ts'

test('health says whether fences are accepted, and how many run', async (t) => {
  const { server } = openDesk({ inFlight: () => 3 })
  const answer = await server.inject('/healthz')
  t.equal(answer.statusCode, 200)
  t.same(answer.json(), { status: 'ok', inFlight: 3 })
  t.equal((await server.inject({ method: 'HEAD', url: '/healthz/' })).statusCode, 200)
})

test('version says what runs', async (t) => {
  const { server } = openDesk()
  const answer = await server.inject('/version')
  t.same(answer.json(), { name: 'peerfence', version: '1.2.3' })
})

test('a caller outside of the list learns nothing', async (t) => {
  const { server } = openDesk({ rules: { allowFrom: ['192.0.2.0/24'] } })
  for (const url of ['/healthz', '/version', '/other']) {
    t.equal((await server.inject(url)).statusCode, 403, url)
  }
})
