/** What a machine on the same network that nobody let in can do: learn that the port answers. */
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { test } from 'tap'
import type { ListenerRule } from '../../agent/http/admit/listener-rule.ts'
import { strangersMax } from '../../agent/http/limits.ts'
import { command, fenceUrl, loopback, openServer } from '../fixtures/servers/agent-server.ts'
import { createAuthority } from '../fixtures/values/certificates.ts'
import { postText, rawClient } from '../fixtures/servers/raw-http.ts'
import type { RawClient } from '../fixtures/servers/raw-http.ts'

/** Both are loopback, and differ as two machines do. */
const [friend, neighbour] = ['127.0.0.5', '127.0.0.9']
const list: ListenerRule = { ...loopback, allowFrom: [friend] }

const attempts: readonly (readonly [string, string])[] = [
  ['a fence', postText(fenceUrl, command())],
  ['a fence with a token', postText(fenceUrl, command(), ['authorization: Bearer x'])],
  ['the health', 'GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n'],
  ['the version', 'GET /version HTTP/1.1\r\nhost: x\r\n\r\n'],
  ['a path that is not', 'GET /etc/passwd HTTP/1.1\r\nhost: x\r\n\r\n'],
  ['a method that is not', 'DELETE /healthz HTTP/1.1\r\nhost: x\r\n\r\n'],
  ['a proxy request', 'GET http://192.0.2.1/ HTTP/1.1\r\nhost: x\r\n\r\n'],
  ['a forwarded address', `GET /healthz HTTP/1.1\r\nhost: x\r\nx-forwarded-for: ${friend}\r\n\r\n`],
]

/** What tells one agent from another, or anything of a request. */
const tells = /1\.2\.3|peerfence|fastify|node|inFlight|qemuConfirmedDead":true|passwd|192\.0\.2/i

const tokensIn = (directory: string): string => {
  const file = join(directory, 'tokens')
  writeFileSync(file, `mn-1 ${createHash('sha256').update('good').digest('hex')}\n`, {
    mode: 0o600,
  })
  return file
}

test('over plain HTTP', async (t) => {
  const rules: readonly (readonly [string, ListenerRule])[] = [
    ['an allow-list', list],
    ['tokens', { ...loopback, tokensFile: tokensIn(t.testdir({})) }],
  ]
  for (const [demand, rule] of rules) {
    const opened = openServer()
    const { addresses, close } = await opened.open([rule])
    const port = Number(new URL(addresses[0] ?? '').port)
    for (const [what, text] of attempts) {
      const client = await rawClient({ host: '127.0.0.1', port, localAddress: neighbour })
      client.socket.write(text)
      const answer = await client.received(/\r\n\r\n.*\}$/s)
      t.match(answer, /^HTTP\/1\.1 40[13] /, `${demand}: ${what}`)
      t.notMatch(answer, tells, `${demand}: ${what}`)
      t.comment(
        `${demand} | ${what} | ${answer.slice(9, 12)} | ${/FENCE_[A-Z_]+/.exec(answer)?.[0]}`,
      )
      client.socket.destroy()
    }
    t.equal(opened.calls.length, 0)
    await close()
  }
})

test('over TLS with client certificates', async (t) => {
  const authority = createAuthority()
  t.teardown(authority.remove)
  const own = authority.issue('peer-1', ['IP:127.0.0.1'], 'serverAuth')
  const tls = { ...own, clientCaFile: authority.caFile, clientNames: [] }
  const opened = openServer()
  const { addresses, close } = await opened.open([{ ...loopback, tls }])
  const port = Number(new URL(addresses[0] ?? '').port)
  for (const [what, text] of attempts) {
    const socket = connectTls({ host: '127.0.0.1', port, ca: authority.ca })
    let answer = ''
    socket.on('error', () => undefined)
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      answer += chunk
    })
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.write(text)
    await closed
    t.equal(answer, '', what)
  }
  t.comment('client certificates | anything | no answer | TLS alert')
  t.equal(opened.calls.length, 0)
  await close()
})

test('a flood of its connections keeps nobody out', async (t) => {
  const opened = openServer()
  const { addresses, close } = await opened.open([list])
  const port = Number(new URL(addresses[0] ?? '').port)
  const flood: RawClient[] = []
  let closed = 0
  for (let i = 0; i < 300; i += 1) {
    const client = await rawClient({ host: '127.0.0.1', port, localAddress: neighbour })
    client.socket.on('close', () => {
      closed += 1
    })
    client.socket.write('GET /heal')
    flood.push(client)
  }
  const client = await rawClient({ host: '127.0.0.1', port, localAddress: friend })
  client.socket.write(postText(fenceUrl, command()))
  t.match(await client.received(/"evidence"/), /^HTTP\/1\.1 200 /)
  t.equal(closed, flood.length - strangersMax, 'all but a few were cut at once')
  t.comment(`300 slow connections of a neighbour | kept ${300 - closed} | a friend's fence | 200`)
  for (const one of flood) one.socket.destroy()
  client.socket.destroy()
  await close()
})

test('who is slow is cut', async (t) => {
  const authority = createAuthority()
  t.teardown(authority.remove)
  const own = authority.issue('peer-1', ['IP:127.0.0.1'], 'serverAuth')
  const opened = openServer()
  const tls = { ...own, clientNames: [] }
  const { addresses, close } = await opened.open([
    { ...loopback, at: { kind: 'tcp', host: '127.0.0.1', port: 0 } },
    { ...loopback, at: { kind: 'tcp', host: '127.0.0.2', port: 0 }, tls },
  ])
  const [plain = 0, encrypted = 0] = addresses.map((address) => Number(new URL(address).port))
  const text = postText(fenceUrl, command())
  const rows: readonly (readonly [string, string, number, string, RegExp])[] = [
    ['headers that do not end', '127.0.0.1', plain, text.slice(0, 40), /^HTTP\/1\.1 408 /],
    ['a body that does not end', '127.0.0.1', plain, text.slice(0, -4), /^HTTP\/1\.1 408 /],
    ['a handshake that does not begin', '127.0.0.2', encrypted, '', /^$/],
  ]
  const startedMs = performance.now()
  const waits = rows.map(async ([what, host, port, sent, pattern]) => {
    const client = await rawClient({ host, port })
    client.socket.write(sent)
    const answer = await client.closed
    const seconds = Math.round((performance.now() - startedMs) / 1000)
    t.match(answer, pattern, what)
    t.comment(`slow | ${what} | cut after ${seconds} s | ${answer.slice(9, 12)}`)
  })
  await Promise.all(waits)
  t.equal(opened.calls.length, 0)
  await close()
})
