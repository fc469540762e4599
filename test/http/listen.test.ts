import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'tap'
import { listenAt } from '../../agent/http/listen.ts'
import { command, fenceUrl, openDesk } from '../fixtures/agent-server.ts'
import { postText, rawClient } from '../fixtures/raw-http.ts'

/** A short path: the kernel takes 107 bytes for a socket and no more. */
const socketPath = (t: { readonly teardown: (fn: () => void) => void }): string => {
  const directory = mkdtempSync(join(tmpdir(), 'peerfence-'))
  t.teardown(() => {
    rmSync(directory, { recursive: true })
  })
  return join(directory, 's')
}

test('TCP tells the address that it got', async (t) => {
  const { server } = openDesk()
  const address = await listenAt(server, { kind: 'tcp', host: '127.0.0.1', port: 0 })
  t.match(address, /^http:\/\/127\.0\.0\.1:[1-9][0-9]*$/)
  await server.close()
})

test('a unix socket is for owner and group, and is gone after closing', async (t) => {
  const path = socketPath(t)
  const { server, calls } = openDesk({ rules: { listen: { kind: 'unix', path } } })
  t.equal(await listenAt(server, { kind: 'unix', path }), `unix:${path}`)
  t.equal(statSync(path).mode & 0o777, 0o660)
  const client = await rawClient({ path })
  client.socket.write(postText(fenceUrl, command()))
  t.match(await client.received(/"evidence"/), /^HTTP\/1\.1 200 OK/)
  t.equal(calls.length, 1)
  client.socket.write(postText(fenceUrl, {}))
  await client.received(/FENCE_FIELD_MISSING/)
  client.socket.destroy()
  await server.close()
  t.throws(() => statSync(path), { code: 'ENOENT' })
})

test('a socket that a killed process left behind is replaced', async (t) => {
  const path = socketPath(t)
  const program = `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
  t.ok(statSync(path).isSocket())
  const { server } = openDesk()
  t.equal(await listenAt(server, { kind: 'unix', path }), `unix:${path}`)
  await server.close()
})

test('a socket that somebody answers on is left to its owner', async (t) => {
  const path = socketPath(t)
  const [first, second] = [openDesk().server, openDesk().server]
  await listenAt(first, { kind: 'unix', path })
  await t.rejects(listenAt(second, { kind: 'unix', path }), /another process answers/)
  const client = await rawClient({ path })
  client.socket.destroy()
  await first.close()
  await second.close()
})

test('anything else at the path is left alone', async (t) => {
  const dir = t.testdir({})
  const path = join(dir, 'file')
  writeFileSync(path, 'precious')
  await t.rejects(listenAt(openDesk().server, { kind: 'unix', path }), /not a socket/)
  t.ok(statSync(path).isFile())
  const under = join(path, 's')
  await t.rejects(listenAt(openDesk().server, { kind: 'unix', path: under }), { code: 'ENOTDIR' })
})
