import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import { createServer as createHttpServer } from 'node:http'
import type { IncomingMessage, RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AddressInfo, Server } from 'node:net'
import { test } from 'tap'
import type { Test } from 'tap'
import { exchange } from '../../agent/client/exchange.ts'
import { parsePeer } from '../../agent/client/peer.ts'
import type { Peer } from '../../agent/client/peer.ts'
import { createAuthority } from '../fixtures/values/certificates.ts'

const limits = { connectMs: 2_000, totalMs: 5_000 }
const post = { method: 'POST', path: '/p?x=1', body: '{"a":"\u00e4"}' } as const

const peerOf = (text: string): Peer => {
  const peer = parsePeer(text)
  if (peer === undefined) throw new Error(text)
  return peer
}

const listening = async (t: Test, server: Server, at: string | number = 0): Promise<Peer> => {
  await new Promise<void>((resolve) => {
    if (typeof at === 'string') server.listen(at, resolve)
    else server.listen(at, '127.0.0.1', resolve)
  })
  t.teardown(() => {
    server.close()
  })
  if (typeof at === 'string') return peerOf(`unix:${at}`)
  return peerOf(`127.0.0.1:${(server.address() as AddressInfo).port}`)
}

const echo =
  (seen: IncomingMessage[] = []): RequestListener =>
  (request, response) => {
    seen.push(request)
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      response.writeHead(202).end(Buffer.concat(chunks))
    })
  }

/** Says these bytes to whoever connects; then the socket is the test's. */
const saying = async (t: Test, text: string, then?: (socket: Socket) => void): Promise<Peer> =>
  await listening(
    t,
    createServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () => {
        socket.write(text)
        then?.(socket)
      })
      t.teardown(() => socket.destroy())
    }),
  )

test('over TCP and over a unix socket: method, path, headers, body, status', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'peerfence-exchange-'))
  t.teardown(() => {
    rmSync(folder, { recursive: true })
  })
  for (const at of [0, join(folder, 's')]) {
    const seen: IncomingMessage[] = []
    const peer = await listening(t, createHttpServer(echo(seen)), at)
    const headers = { 'x-request-id': 'r1' }
    const got = await exchange(peer, { ...post, headers }, { token: 'secret' }, limits)
    t.same(got, { kind: 'answered', status: 202, body: post.body })
    t.match(seen[0], {
      method: 'POST',
      url: '/p?x=1',
      headers: {
        'x-request-id': 'r1',
        authorization: 'Bearer secret',
        'content-type': 'application/json',
        'content-length': '10',
        connection: 'close',
        host: at === 0 ? /^127\.0\.0\.1:\d+$/ : 'localhost',
      },
    })
    await exchange(peer, { method: 'GET', path: '/' }, {}, limits)
    t.equal(seen[1]?.headers['content-type'], undefined)
    t.equal(seen[1]?.headers.authorization, undefined)
  }
})

test('over TLS both sides show who they are', async (t) => {
  const { ca, issue, remove } = createAuthority()
  t.teardown(remove)
  const { cert, key } = issue('kvm-2', ['IP:127.0.0.1'], 'serverAuth')
  const client = issue('mn-1')
  const tls = createTlsServer({ cert, key, ca, requestCert: true }, echo())
  const { name } = await listening(t, tls)
  const peer = peerOf(`https://${name}`)
  const own = { certificate: client.cert, key: client.key }
  const known = { ca, ...own }
  t.match(await exchange(peer, post, known, limits), { status: 202 })
  t.match(await exchange(peer, post, own, limits), { kind: 'unanswered' }, 'an unknown authority')
  t.match(await exchange(peer, post, { ca }, limits), { kind: 'unanswered' }, 'no certificate')
  t.match(await exchange(peerOf(name), post, {}, limits), { kind: 'unanswered' }, 'without TLS')
})

test('what is no whole response is none', async (t) => {
  const head = 'HTTP/1.1 200 OK\r\n'
  const cut = (socket: Socket) => socket.end()
  const rows: readonly (readonly [string, string, ((socket: Socket) => void)?, RegExp?])[] = [
    ['closed at once', '', cut],
    ['reset', '', (socket) => socket.resetAndDestroy(), /reset/],
    ['cut in the head', 'HTTP/1.1 20', cut],
    ['cut in the body', `${head}content-length: 20\r\n\r\n{"success":true}`, cut],
    ['cut in a chunk', `${head}transfer-encoding: chunked\r\n\r\n10\r\n{"succ`, cut],
    ['a last chunk that is missing', `${head}transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n`, cut],
    ['no HTTP', 'SSH-2.0-x\r\n', cut, /no HTTP is spoken there/],
  ]
  for (const [title, text, then, words = /./] of rows) {
    const got = await exchange(await saying(t, text, then), post, {}, limits)
    t.match(got, { kind: 'unanswered', because: words }, title)
  }
  const long = `${head}content-length: 3000000\r\n\r\n${'x'.repeat(2_000_000)}`
  const tooLong = await exchange(await saying(t, long), post, {}, limits)
  t.same(tooLong, { kind: 'unanswered', because: 'the response is too long' })
})

test('nobody is waited for longer than was said', async (t) => {
  const stalled = await saying(t, '')
  t.same(await exchange(stalled, post, {}, { connectMs: 1_000, totalMs: 50 }), {
    kind: 'unanswered',
    because: 'no whole response within 50 ms',
  })
  // It takes connections and never says hello.
  const mute = await listening(
    t,
    createServer((socket) => t.teardown(() => socket.destroy())),
  )
  const tls = peerOf(`https://${mute.name}`)
  t.same(await exchange(tls, post, {}, { connectMs: 50, totalMs: 1_000 }), {
    kind: 'unanswered',
    because: 'no connection within 50 ms',
  })
})

test('why nobody is there, in words', async (t) => {
  const gone = createServer()
  const peer = await listening(t, gone)
  await new Promise((resolve) => gone.close(resolve))
  t.match(await exchange(peer, post, {}, limits), { because: /refused/ })
  const socket = peerOf('unix:/nonexistent/peerfence.sock')
  t.match(await exchange(socket, post, {}, limits), { because: 'there is no such socket' })

  const unnamed = peerOf('[::1]:1')
  t.match(await exchange(unnamed, post, {}, limits), { kind: 'unanswered', because: /./ })
})

test('what is called off is given up, before it began and while it runs', async (t) => {
  const requests: IncomingMessage[] = []
  const silent = createHttpServer((request) => requests.push(request))
  const peer = await listening(t, silent)
  const over = new AbortController()
  const running = exchange(peer, post, {}, { ...limits, signal: over.signal })
  while (requests.length === 0) await new Promise((resolve) => setImmediate(resolve))
  over.abort()
  const because = 'it was called off'
  t.same(await running, { kind: 'unanswered', because })
  const never = await exchange(peer, post, {}, { ...limits, signal: over.signal })
  t.same(never, { kind: 'unanswered', because })
})

test('a body is told as it comes, where the status is 200 alone', async (t) => {
  for (const [status, told, body] of [
    [200, 'abc', ''],
    [503, '', 'abc'],
  ] as const) {
    const server = createHttpServer((_request, response) => {
      response.writeHead(status)
      response.write('ab')
      response.end('c')
    })
    const chunks: Buffer[] = []
    const onChunk = (chunk: Buffer): void => void chunks.push(chunk)
    const found = await exchange(await listening(t, server), { ...post, onChunk }, {}, limits)
    t.same(found, { kind: 'answered', status, body })
    t.equal(Buffer.concat(chunks).toString(), told)
  }
})
