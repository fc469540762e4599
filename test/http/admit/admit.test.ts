import { test } from 'tap'
import { command, fenceUrl, loopback, openServer } from '../../fixtures/servers/agent-server.ts'

const post = { method: 'POST', url: fenceUrl, payload: command() } as const

test('who asks too often is told when to come back', async (t) => {
  const { server, calls } = openServer({ rules: { requestsPerMinuteMax: 3 } })
  for (let i = 0; i < 3; i += 1) t.equal((await server.inject(post)).statusCode, 200)
  const answer = await server.inject(post)
  t.equal(answer.statusCode, 429)
  t.equal(answer.headers['retry-after'], '20')
  t.match(answer.json(), { success: false, code: 'FENCE_CALLER_TOO_OFTEN', qemuStillAlive: false })
  t.equal((await server.inject({ ...post, remoteAddress: '127.0.0.9' })).statusCode, 200)
  t.equal(calls.length, 4)
})

test('who is turned away uses up its rate as well', async (t) => {
  const { server } = openServer({ rules: { requestsPerMinuteMax: 2, allowFrom: ['192.0.2.1'] } })
  const codes = []
  for (let i = 0; i < 3; i += 1) codes.push((await server.inject('/nowhere')).statusCode)
  t.same(codes, [403, 403, 429])
})

test('one caller takes no more fences than its share', async (t) => {
  let release = (): void => undefined
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const { server } = openServer({
    rules: { inFlightPerCallerMax: 1 },
    fence: async () => {
      await released
      throw new Error('it ends by a bug, and gives its place back all the same')
    },
  })
  const first = server.inject(post)
  await new Promise((resolve) => setImmediate(resolve))
  const second = await server.inject(post)
  t.equal(second.statusCode, 429)
  t.equal(second.headers['retry-after'], '5')
  const other = server.inject({ ...post, remoteAddress: '127.0.0.9' })
  release()
  t.equal((await first).statusCode, 200)
  t.equal((await other).statusCode, 200)
  t.equal((await server.inject(post)).statusCode, 200)
})

test('passwords and keys of suspects are taken where the door says so', async (t) => {
  const rows = [
    ['accept', 200, true],
    ['ignore', 200, false],
    ['refuse', 403, undefined],
  ] as const
  for (const [requestCredentials, status, isThere] of rows) {
    const { server, calls } = openServer({ rules: { requestCredentials } })
    const payload = command({ targetHostPassword: 'planted' })
    const answer = await server.inject({ ...post, payload })
    t.equal(answer.statusCode, status, requestCredentials)
    t.equal(calls[0] && calls[0].suspect.password !== undefined, isThere, requestCredentials)
    t.notMatch(answer.body, /planted/)
  }
})

test('a request that came through no door is turned away', async (t) => {
  const { server, calls } = openServer({ entrance: 'none' })
  const answer = await server.inject(post)
  t.equal(answer.statusCode, 403)
  t.match(answer.json(), { code: 'FENCE_CALLER_NOT_ALLOWED' })
  t.equal(calls.length, 0)
})

test('a connection under authorities that were replaced asks for nothing more', async (t) => {
  const { server, calls } = openServer({ entrance: 'stale' })
  const answer = await server.inject(post)
  t.match(answer.json(), { code: 'FENCE_CERTIFICATE_NOT_ALLOWED' })
  t.equal(answer.headers.connection, 'close')
  t.equal(calls.length, 0)
})

test('a listener for monitoring serves what the agent says of itself, however a path is spelt', async (t) => {
  const { server, open, calls } = openServer()
  const { addresses, close } = await open([{ ...loopback, serves: 'monitoring' }])
  t.teardown(close)
  const [url = ''] = addresses
  await server.ready()
  for (const path of ['/healthz', '/readyz/', '/version', '/metrics?x=1', '/openapi.json']) {
    t.equal((await fetch(`${url}${path}`)).status, 200, path)
  }
  const refused = [
    ['POST', fenceUrl],
    ['POST', `${fenceUrl}/`],
    ['POST', '/ha/vm/fenceonsuspecthost'],
    ['POST', '/ha/fence/vm/from/%70eer'],
    ['POST', '/host/echo'],
    ['POST', '/healthz'],
    ['GET', '/ha/fence/history'],
    ['GET', '/ha/fence/in-flight'],
    ['GET', '/other'],
    ['GET', '/healthz/../ha/fence/history'],
  ] as const
  for (const [method, path] of refused) {
    const body = method === 'POST' ? JSON.stringify(command()) : null
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${url}${path}`, { method, body, headers })
    t.equal(answer.status, 403, `${method} ${path}`)
    t.match(await answer.json(), { code: 'FENCE_NOT_SERVED_HERE', success: false })
  }
  t.equal(calls.length, 0)
})
