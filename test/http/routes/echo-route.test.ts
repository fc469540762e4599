import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { test } from 'tap'
import { openServer } from '../../fixtures/servers/agent-server.ts'
import { rawClient } from '../../fixtures/servers/raw-http.ts'

const url = '/host/echo'

test('any body of any type is answered with 200 and nothing', async (t) => {
  const { server, lines } = openServer()
  const rows: readonly (readonly [string, object])[] = [
    ['no body', {}],
    ['no body, with a type', { headers: { 'content-type': 'application/json' } }],
    ['JSON', { payload: { a: 1 } }],
    ['broken JSON', { payload: '{', headers: { 'content-type': 'application/json' } }],
    ['text', { payload: 'x', headers: { 'content-type': 'text/plain' } }],
    ['a type of no sense', { payload: 'x', headers: { 'content-type': '??' } }],
    ['a body without a type', { payload: Buffer.from('x') }],
    ['headers of a task', { headers: { taskuuid: 'x' } }],
  ]
  for (const [title, part] of rows) {
    for (const path of [url, `${url}/`]) {
      const answer = await server.inject({ method: 'POST', url: path, ...part })
      t.equal(answer.statusCode, 200, title)
      t.equal(answer.body, '', title)
      t.equal(answer.headers['content-length'], '0', title)
    }
  }
  t.same(lines, [])
})

test('it stands behind the same door as everything', async (t) => {
  const { server } = openServer({ rules: { allowFrom: ['192.0.2.0/24'] } })
  const far = await server.inject({ method: 'POST', url, remoteAddress: '198.51.100.9' })
  t.equal(far.statusCode, 403)
  const near = { method: 'POST', url, remoteAddress: '192.0.2.1' } as const
  t.match((await server.inject({ ...near, payload: 'x'.repeat(64 * 1024 + 1) })).json(), {
    code: 'FENCE_BODY_TOO_LARGE',
  })
  const get = await server.inject({ ...near, method: 'GET' })
  t.equal(get.statusCode, 405)
  t.equal(get.headers.allow, 'POST')
})

test('while the agent stops, it says so', async (t) => {
  const { server } = openServer()
  await server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = server.server.address() as AddressInfo
  const client = await rawClient({ host: '127.0.0.1', port })
  const begun = once(server.server, 'request')
  client.socket.write(`POST ${url} HTTP/1.1\r\nhost: peer\r\ncontent-length: 1\r\n\r\n`)
  await begun
  const draining = new Promise<void>((resolve) => {
    server.server.once('close', resolve)
    setImmediate(resolve)
  })
  const closed = server.close()
  await draining
  client.socket.write('x')
  t.match(await client.closed, /^HTTP\/1\.1 503 [^]*"code":"FENCE_SHUTTING_DOWN"/)
  await closed
})
