import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { test } from 'tap'
import { knock } from '../../agent/probe/knock.ts'

const never = new AbortController().signal

test('a connection that is taken is an answer, a refused one is not', async (t) => {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  t.equal(await knock('127.0.0.1', port, 2_000, never), true)
  await new Promise((resolve) => {
    server.close(resolve)
  })
  t.equal(await knock('127.0.0.1', port, 2_000, never), false)
})

test('a port that stays silent ends in time, and a call off ends it at once', async (t) => {
  // A listener whose queue is full takes no more, and says nothing. TEST-NET has nobody at all.
  const began = performance.now()
  t.equal(await knock('192.0.2.1', 9, 200, never), false)
  t.ok(performance.now() - began < 2_000)
  t.equal(await knock('192.0.2.1', 9, 60_000, AbortSignal.abort()), false)
})
