// runs in a process of its own: it changes the environment
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer as createTlsServer } from 'node:https'
import { createServer as createTcpServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { join } from 'node:path'
import { test } from 'tap'
import { attempt } from '../../agent/callback/attempt.ts'
import { parseCallbackUrl } from '../../agent/contract/request/callback-url.ts'
import type { CallbackDestination } from '../../agent/contract/request/callback-url.ts'
import { closedPort, openCallbackServer } from '../fixtures/servers/callback-server.ts'

const to = (url: string): CallbackDestination => {
  const destination = parseCallbackUrl(url)
  if (destination === undefined) throw new Error(`no url: ${url}`)
  return destination
}

const forEver = new AbortController().signal
const body = '{"success":true}'

test('one POST with the task, to the path, and the connection is closed', async (t) => {
  const callbackServer = await openCallbackServer(() => 200)
  t.teardown(callbackServer.close)
  const outcome = await attempt(to(`${callbackServer.url}?node=1`), 't-1', body, forEver)
  t.same(outcome, { kind: 'answered', status: 200 })
  t.match(callbackServer.taken, [
    {
      method: 'POST',
      path: '/zstack/asyncrest/callback?node=1',
      body,
      headers: {
        host: `127.0.0.1:${callbackServer.port}`,
        taskuuid: 't-1',
        'content-type': 'application/json; charset=utf-8',
        'content-length': '16',
        connection: 'close',
      },
    },
  ])
  t.equal(callbackServer.taken[0]?.headers['transfer-encoding'], undefined)
  t.equal(callbackServer.taken[0]?.rawHeaders.length, 10, 'and no other header')
  t.equal(callbackServer.connections(), 1)
})

test('an IPv6 address works, too', async (t) => {
  const callbackServer = await openCallbackServer(() => 204, { host: '::1' })
  t.teardown(callbackServer.close)
  t.match(await attempt(to(callbackServer.url), 't', body, forEver), { status: 204 })
  t.equal(callbackServer.taken[0]?.headers.host, `[::1]:${callbackServer.port}`)
})

test('a redirect is a status like any other: nobody else is contacted', async (t) => {
  const other = await openCallbackServer(() => 200)
  t.teardown(other.close)
  for (const status of [301, 302, 303, 307, 308]) {
    const callbackServer = await openCallbackServer(() => (response) => {
      response.writeHead(status, { location: other.url }).end()
    })
    t.same(await attempt(to(callbackServer.url), 't', body, forEver), { kind: 'answered', status })
    await callbackServer.close()
  }
  t.equal(other.connections(), 0)
})

test('no proxy is used, whatever the environment says', async (t) => {
  const [proxy, callbackServer] = [
    await openCallbackServer(() => 500),
    await openCallbackServer(() => 200),
  ]
  t.teardown(proxy.close)
  t.teardown(callbackServer.close)
  for (const name of ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'NODE_USE_ENV_PROXY']) {
    const before = process.env[name]
    process.env[name] = name.startsWith('NODE') ? '1' : `http://127.0.0.1:${proxy.port}`
    t.teardown(() => {
      if (before === undefined) delete process.env[name]
      else process.env[name] = before
    })
  }
  t.match(await attempt(to(callbackServer.url), 't', body, forEver), { status: 200 })
  t.equal(proxy.connections(), 0)
})

test('what is not answered says so', async (t) => {
  const port = await closedPort()
  t.match(await attempt(to(`http://127.0.0.1:${port}/`), 't', body, forEver), {
    kind: 'unanswered',
    code: 'ECONNREFUSED',
  })
  const rows: readonly (readonly [string, (socket: Socket) => void])[] = [
    ['a connection that is closed', (socket) => void socket.end()],
    ['a connection that is reset', (socket) => void socket.resetAndDestroy()],
    ['no HTTP', (socket) => void socket.end('SSH-2.0-x\r\n')],
    [
      'an upgrade that nobody asked for',
      (socket) => void socket.end('HTTP/1.1 101 Go\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
    ],
    ['a status without an end of its headers', (socket) => void socket.end('HTTP/1.1 200 OK\r\n')],
  ]
  for (const [title, misbehave] of rows) {
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () => {
        misbehave(socket)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port: at } = server.address() as AddressInfo
    const outcome = await attempt(to(`http://127.0.0.1:${at}/`), 't', body, forEver)
    t.match(outcome, { kind: 'unanswered', code: /./ }, title)
    server.close()
  }
})

test('the limit ends an attempt, and what was not sent yet never is', async (t) => {
  const limit = new AbortController()
  const whole = 'x'.repeat(16 * 1024 * 1024)
  let arrived = 0
  let end = (): void => undefined
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  // Accepts, and reads nothing until the attempt has been over for a while.
  const server = createTcpServer({ pauseOnConnect: true }, (socket) => {
    socket.on('error', () => undefined)
    socket.on('close', () => {
      end()
    })
    socket.on('data', (chunk) => {
      arrived += chunk.length
    })
    setTimeout(() => {
      limit.abort()
    }, 50)
    setTimeout(() => socket.resume(), 100)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const destination = to(`http://127.0.0.1:${port}/`)
  t.same(await attempt(destination, 't', whole, limit.signal), { kind: 'unanswered', code: 'LATE' })
  await ended
  // A socket that is closed instead sends on what the kernel holds of it: 3.9 MB here.
  t.ok(arrived < 1024 * 1024, `${arrived} bytes had arrived before the limit, and none after it`)
  t.same(await attempt(destination, 't', body, AbortSignal.abort()), {
    kind: 'unanswered',
    code: 'LATE',
  })
})

test('a reply that stalls or never ends keeps its status and costs no more', async (t) => {
  const limit = new AbortController()
  const stalling = await openCallbackServer(() => (response) => {
    response.writeHead(200, { 'content-length': '9' }).write('x')
    setTimeout(() => {
      limit.abort()
    }, 50)
  })
  t.teardown(stalling.close)
  t.same(await attempt(to(stalling.url), 't', body, limit.signal), {
    kind: 'answered',
    status: 200,
  })
  const flooding = await openCallbackServer(() => (response) => {
    response.writeHead(500)
    const flood = (): void => {
      while (!response.destroyed && response.write('x'.repeat(4096)));
      if (!response.destroyed) response.once('drain', flood)
    }
    flood()
  })
  t.teardown(flooding.close)
  t.same(await attempt(to(flooding.url), 't', body, forEver), { kind: 'answered', status: 500 })
})

test('a certificate that nobody vouches for gets no answer', async (t) => {
  const directory = t.testdir({})
  const [key, cert] = [join(directory, 'key'), join(directory, 'cert')]
  const subject = ['-subj', '/CN=mn', '-addext', 'subjectAltName=IP:127.0.0.1']
  const files = ['-nodes', '-days', '1', '-keyout', key, '-out', cert]
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']
  execFileSync('openssl', ['req', '-x509', ...kind, ...files, ...subject], { stdio: 'ignore' })
  let requests = 0
  const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, () => {
    requests += 1
  })
  server.on('tlsClientError', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const outcome = await attempt(to(`https://127.0.0.1:${port}/`), 't', body, forEver)
  t.same(outcome, { kind: 'unanswered', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
  t.equal(requests, 0)
})
