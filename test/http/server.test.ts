import { test } from 'tap'
import type { FenceRecord } from '../../agent/fence/record.ts'
import { command, dead, fenceUrl, openServer } from '../fixtures/servers/agent-server.ts'
import type { TestServer } from '../fixtures/servers/agent-server.ts'
import { fenceRecord } from '../fixtures/values/fence-records.ts'
import { postText, rawClient } from '../fixtures/servers/raw-http.ts'
import type { RawClient } from '../fixtures/servers/raw-http.ts'

const open = async (opened: TestServer) => {
  const { addresses, close, listeners } = await opened.open()
  const port = Number(new URL(addresses[0] ?? '').port)
  const connect = async (): Promise<RawClient> => await rawClient({ host: '127.0.0.1', port })
  return { connect, close, listeners }
}

/** A use case that waits until it is told. */
const held = () => {
  let release = (): void => undefined
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  let arrive = (): void => undefined
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve
  })
  const fence = async (request: FenceRecord['request']): Promise<FenceRecord> => {
    arrive()
    await released
    return fenceRecord({ request })
  }
  return { fence, release, arrived }
}

test('a body that is answered over a real socket', async (t) => {
  const { connect, close } = await open(openServer())
  const client = await connect()
  client.socket.write(postText(fenceUrl, command()))
  const text = await client.received(/"evidence":.*\}$/)
  t.match(text, /^HTTP\/1\.1 200 OK\r\n/)
  t.match(text, /\r\nkeep-alive: timeout=72\r\n/i)
  t.match(text, /"qemuConfirmedDead":true/)
  client.socket.destroy()
  await close()
})

test('closing answers what is in flight and then closes its connection', async (t) => {
  const { fence, release, arrived } = held()
  const opened = openServer({ fence })
  const { calls } = opened
  const { connect, close } = await open(opened)
  const [client, idle] = [await connect(), await connect()]
  idle.socket.write('GET /version HTTP/1.1\r\nhost: peer\r\n\r\n')
  await idle.received(/peerfence/)
  client.socket.write(postText(fenceUrl, command()))
  await arrived
  const closed = close()
  await idle.closed
  await t.rejects(connect(), { code: 'ECONNREFUSED' }, 'nobody else gets in')
  release()
  const text = await client.closed
  t.match(text, /^HTTP\/1\.1 200 OK\r\n/)
  t.match(text, /\r\nconnection: close\r\n/)
  t.match(text, /"qemuConfirmedDead":true/)
  await closed
  t.equal(calls.length, 1)
})

test('a request on a connection that was open before closing is sent away', async (t) => {
  const { fence, release, arrived } = held()
  const opened = openServer({ fence })
  const { server, calls } = opened
  let onRequest = (): void => undefined
  server.addHook('onRequest', async () => {
    onRequest()
    await Promise.resolve()
  })
  const draining = new Promise<void>((resolve) => {
    server.addHook('preClose', async () => {
      resolve()
      await Promise.resolve()
    })
  })
  const { connect, close } = await open(opened)
  const [client, other] = [await connect(), await connect()]
  // Half a request keeps the connection from being idle while the server starts to close.
  const begun = new Promise<void>((resolve) => {
    onRequest = resolve
  })
  const text = postText(fenceUrl, command())
  other.socket.write(text.slice(0, -5))
  await begun
  client.socket.write(text)
  await arrived
  const closed = close()
  await draining
  other.socket.write(text.slice(-5))
  const answer = await other.closed
  t.match(answer, /^HTTP\/1\.1 503 Service Unavailable\r\n/)
  t.match(answer, /\r\nretry-after: 5\r\n/)
  t.match(answer, /"code":"FENCE_SHUTTING_DOWN"/)
  release()
  await client.closed
  await closed
  t.equal(calls.length, 1, 'and never reached the use case')
})

test('while draining, health says so and a fence is turned away at once', async (t) => {
  const { fence, release, arrived } = held()
  const opened = openServer({ fence })
  const { server, calls } = opened
  const draining = new Promise<void>((resolve) => {
    server.addHook('preClose', async () => {
      resolve()
      await Promise.resolve()
    })
  })
  const { connect, close } = await open(opened)
  const [client, health, other] = [await connect(), await connect(), await connect()]
  const text = postText(fenceUrl, command())
  health.socket.write('GET /healthz HTTP/1.1\r\nhost: pe')
  other.socket.write(text.slice(0, 40))
  client.socket.write(text)
  await arrived
  const closed = close()
  await draining
  health.socket.write('er\r\n\r\n')
  other.socket.write(text.slice(40))
  const told = await health.closed
  t.match(told, /^HTTP\/1\.1 503 /)
  t.match(told, /\{"status":"draining","inFlight":0\}$/)
  t.match(told, /\r\nconnection: close\r\n/)
  t.match(await other.closed, /"code":"FENCE_SHUTTING_DOWN"/)
  release()
  await client.closed
  await closed
  t.equal(calls.length, 1)
})

test('a client that goes away does not stop its fence', async (t) => {
  const { fence, release, arrived } = held()
  let finish = (): void => undefined
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  const opened = openServer({
    fence: async (request) => {
      const record = await fence(request)
      finish()
      return record
    },
  })
  const { connect, close } = await open(opened)
  const client = await connect()
  client.socket.write(postText(fenceUrl, command()))
  await arrived
  client.socket.resetAndDestroy()
  await client.closed
  release()
  await finished
  t.pass('the fence ran to its end')
  const next = await opened.server.inject({ method: 'POST', url: fenceUrl, payload: command() })
  t.equal(next.statusCode, 200, 'and the agent answers the next')
  await close()
})

test('what is no HTTP is answered as such', async (t) => {
  const rows: readonly (readonly [string, string, number, string])[] = [
    ['a protocol of another kind', 'SSH-2.0-x\r\n\r\n', 400, 'FENCE_REQUEST_MALFORMED'],
    [
      'headers of more than 32 KiB',
      postText(fenceUrl, command(), [`x-long: ${'x'.repeat(33_000)}`]),
      431,
      'FENCE_HEADERS_TOO_LARGE',
    ],
    [
      'a request that names no host',
      postText(fenceUrl, command(), ['connection: close']).replace('host: peer\r\n', ''),
      400,
      'FENCE_REQUEST_MALFORMED',
    ],
    [
      'an expectation that nobody meets',
      postText(fenceUrl, command(), ['expect: a-miracle']),
      400,
      'FENCE_REQUEST_MALFORMED',
    ],
  ]
  const opened = openServer()
  const { calls, lines } = opened
  const { connect, close } = await open(opened)
  for (const [title, text, status, code] of rows) {
    const client = await connect()
    client.socket.write(text)
    const answer = await client.closed
    t.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `), title)
    t.match(answer, new RegExp(`"success":false.*"code":"${code}"`), title)
    t.match(lines.at(-1), code, title)
  }
  t.equal(calls.length, 0)
  const old = await connect()
  const text = postText(fenceUrl, command(), ['connection: close'])
  old.socket.write(text.replace('HTTP/1.1', 'HTTP/1.0').replace('host: peer\r\n', ''))
  t.match(await old.closed, / 200 OK/, 'HTTP/1.0 names no host')
  await close()
})

test('headers of several KiB, as a management node sends them, are fine', async (t) => {
  const { connect, close } = await open(openServer())
  const client = await connect()
  client.socket.write(postText(fenceUrl, command(), [`accept-charset: ${'x'.repeat(20_000)}`]))
  t.match(await client.received(/"evidence"/), /^HTTP\/1\.1 200 OK/)
  client.socket.destroy()
  await close()
})

test('a caller outside of the list is turned away on every path', async (t) => {
  const { server, calls } = openServer({ rules: { allowFrom: ['192.0.2.0/24'] } })
  const post = { method: 'POST', url: fenceUrl, payload: command() } as const
  const answer = await server.inject({ ...post, remoteAddress: '198.51.100.9' })
  t.equal(answer.statusCode, 403)
  t.match(answer.json(), { success: false, code: 'FENCE_CALLER_NOT_ALLOWED' })
  t.equal(calls.length, 0)
  t.equal((await server.inject({ ...post, remoteAddress: '192.0.2.9' })).statusCode, 200)
})

test('a suspect outside of the networks is turned away', async (t) => {
  const { server, calls } = openServer({ networks: ['10.0.0.0/8'] })
  const answer = await server.inject({ method: 'POST', url: fenceUrl, payload: command() })
  t.equal(answer.statusCode, 403)
  t.match(answer.json(), { code: 'FENCE_TARGET_NOT_ALLOWED', field: 'targetHostIp' })
  t.equal(calls.length, 0)
})

test('a bug before acceptance is told as such, without its text', async (t) => {
  const { server, lines } = openServer({
    own: {
      hostUuids: () => {
        throw new Error('planted')
      },
    },
  })
  const post = { method: 'POST', url: fenceUrl, payload: command({ targetHostUuid: 'a' }) } as const
  const answer = await server.inject(post)
  t.equal(answer.statusCode, 500)
  t.match(answer.json(), { success: false, code: 'FENCE_INTERNAL', qemuStillAlive: false })
  t.notMatch(answer.body, /planted/)
  t.match(lines.join(''), /planted/, 'the log has it')
})

test('the framework chatters at no level', async (t) => {
  for (const level of ['trace', 'error'] as const) {
    const opened = openServer({ level })
    const { close } = await open(opened)
    await opened.server.inject({ method: 'POST', url: fenceUrl, payload: command() })
    await close()
    t.same(opened.lines, [], level)
  }
})

test('a planted secret appears in no answer and in no log line', async (t) => {
  const password = 'Hunter2-planted'
  const key = 'BEGIN-planted-key'
  const planted = { targetHostPassword: password, targetHostPrivateKey: key }
  const quoted = JSON.stringify(command(planted))
  const payloads: readonly (readonly [string, object | string])[] = [
    ['a good command', command(planted)],
    ['a command with a bad uuid', command({ ...planted, vmUuid: '*' })],
    ['a command that the schema refuses', command({ ...planted, sshTimeoutSec: 'x' })],
    ['a password of the wrong type', command({ targetHostPassword: { a: password, b: key } })],
    ['a password with a NUL', command({ targetHostPassword: `${password}\0` })],
    ['a command about our own host', command({ ...planted, targetHostIp: '127.0.0.1' })],
    ['JSON that breaks off after the secret', quoted.slice(0, -1)],
    ['JSON that breaks inside of the secret', `{"targetHostPassword":"${password}\n${key}"}`],
    ['JSON with something behind the secret', `{"targetHostPassword":"${password}" ${key}}`],
  ]
  const fences = [
    dead,
    async () => await Promise.reject(new Error('bug')),
    async (request: FenceRecord['request']) =>
      await Promise.reject(Object.assign(new Error('bug'), { request })),
  ]
  for (const fence of fences) {
    const { server, lines } = openServer({ fence, level: 'trace' })
    for (const [title, payload] of payloads) {
      const headers = { 'content-type': 'application/json', authorization: `Basic ${password}` }
      const answer = await server.inject({ method: 'POST', url: fenceUrl, payload, headers })
      const told = [answer.body, JSON.stringify(answer.headers), ...lines].join('\n')
      t.notMatch(told, /planted/, title)
    }
  }
})
