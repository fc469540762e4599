import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { once } from 'node:events'
import { test } from 'tap'
import { listenAt } from '../../../agent/http/listen/listen.ts'
import { rawClient } from '../../fixtures/servers/raw-http.ts'

/** A short path: the kernel takes 107 bytes for a socket and no more. */
const socketPath = (t: { readonly teardown: (fn: () => void) => void }): string => {
  const directory = mkdtempSync(join(tmpdir(), 'peerfence-'))
  t.teardown(() => {
    rmSync(directory, { recursive: true })
  })
  return join(directory, 's')
}

const newServer = (): Server => createServer((_request, response) => response.end('here'))

const closed = async (server: Server): Promise<void> => {
  await new Promise((resolve) => server.close(resolve))
}

test('TCP tells the address that it got', async (t) => {
  const rows = [
    ['127.0.0.1', newServer(), /^http:\/\/127\.0\.0\.1:[1-9][0-9]*$/],
    ['::1', newServer(), /^http:\/\/\[::1\]:[1-9][0-9]*$/],
    ['127.0.0.1', createTlsServer(), /^https:\/\/127\.0\.0\.1:[1-9][0-9]*$/],
  ] as const
  for (const [host, server, pattern] of rows) {
    t.match(await listenAt(server, { kind: 'tcp', host, port: 0 }), pattern)
    await closed(server)
  }
})

test('a unix socket is for owner and group, and is gone after closing', async (t) => {
  const path = socketPath(t)
  const server = newServer()
  t.equal(await listenAt(server, { kind: 'unix', path }), `unix:${path}`)
  t.equal(statSync(path).mode & 0o777, 0o660)
  const client = await rawClient({ path })
  client.socket.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
  t.match(await client.closed, /^HTTP\/1\.1 200 OK[^]*here$/)
  await closed(server)
  t.throws(() => statSync(path), { code: 'ENOENT' })
})

test('an address that is taken rejects', async (t) => {
  const [first, second] = [newServer(), newServer()]
  const address = await listenAt(first, { kind: 'tcp', host: '127.0.0.1', port: 0 })
  const port = Number(new URL(address).port)
  const again = listenAt(second, { kind: 'tcp', host: '127.0.0.1', port })
  await t.rejects(again, { code: 'EADDRINUSE' })
  await closed(first)
})

test('a socket that a killed process left behind is replaced', async (t) => {
  const path = socketPath(t)
  const program = `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
  t.ok(statSync(path).isSocket())
  const server = newServer()
  t.equal(await listenAt(server, { kind: 'unix', path }), `unix:${path}`)
  await closed(server)
})

test('a socket that somebody answers on is left to its owner', async (t) => {
  const path = socketPath(t)
  const [first, second] = [newServer(), newServer()]
  await listenAt(first, { kind: 'unix', path })
  await t.rejects(listenAt(second, { kind: 'unix', path }), /another process answers/)
  const client = await rawClient({ path })
  client.socket.destroy()
  await closed(first)
})

test('anything else at the path is left alone', async (t) => {
  const dir = t.testdir({})
  const path = join(dir, 'file')
  writeFileSync(path, 'precious')
  await t.rejects(listenAt(newServer(), { kind: 'unix', path }), /not a socket/)
  t.ok(statSync(path).isFile())
  const under = join(path, 's')
  await t.rejects(listenAt(newServer(), { kind: 'unix', path: under }), { code: 'ENOTDIR' })
})
