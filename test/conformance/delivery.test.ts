/**
 * How answers travel between a real agent server and a management node that is not always at its
 * best.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'tap'
import type { Test } from 'tap'
import { fencePath } from '../../agent/contract/api/paths.ts'
import { command, dead, openServer } from '../fixtures/servers/agent-server.ts'
import type { TestServerOptions } from '../fixtures/servers/agent-server.ts'
import { closedPort, openCallbackServer } from '../fixtures/servers/callback-server.ts'
import { acceptCharset, openManagementNode } from '../fixtures/servers/management-node.ts'
import type { ManagementNode } from '../fixtures/servers/management-node.ts'
import { decisionsOn } from './decisions.ts'

const open = async (
  t: Test,
  options: TestServerOptions = {},
  taking?: Parameters<typeof openManagementNode>[0],
) => {
  const agent = openServer(options)
  const node = await openManagementNode(taking)
  const url = `${await agent.server.listen({ host: '127.0.0.1', port: 0 })}${fencePath}`
  t.teardown(async () => {
    await node.close()
    await agent.callbacks.stop(0)
    await agent.server.close()
  })
  const ended = async (count: number): Promise<void> => {
    while (agent.ends.length < count) await sleep(5)
  }
  return { ...agent, node, url, ended }
}

const proceed = ['proceed', 'proceed', 'proceed']
const task = 'c'.repeat(32)

test('a node’s own call, with all its headers and its addons, and what comes back', async (t) => {
  const { node, url, calls, lines, ended } = await open(t)
  const body = command({ targetHostUuid: 'd'.repeat(32), targetHostPassword: 'planted' })
  t.same(decisionsOn(await node.call(url, body, { task })), proceed)
  t.match(node.taken(), [
    {
      method: 'POST',
      headers: { taskuuid: task, 'content-type': 'application/json; charset=utf-8' },
    },
  ])
  const [answer] = node.taken()
  t.equal(answer?.headers['content-length'], String(Buffer.byteLength(answer?.body ?? '')))
  t.match(calls, [{ callback: { task, url: node.callbackUrl } }])
  t.ok(acceptCharset.length > 1_900, 'with every charset that it knows')
  await ended(1)
  t.match(lines.join(''), new RegExp(`"task":"${task}".*"attempts":1.*answer delivered`))
  t.notMatch(lines.join(''), /planted|qemuConfirmedDead/)
})

test('a storm over a pool of two connections: none waits for a fence', async (t) => {
  let release = (): void => undefined
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  let begun = 0
  const { node, url } = await open(t, {
    rules: { inFlightMax: 64 },
    callbacks: { waitingMax: 128 },
    fence: async (request) => {
      begun += 1
      if (begun === 50) release()
      // Not one of the fences ends before all of them were taken.
      await released
      return await dead(request)
    },
  })
  const all = Array.from({ length: 50 }, async () => await node.call(url, command()))
  for (const end of await Promise.all(all)) t.same(decisionsOn(end), proceed)
  t.equal(node.poolSockets(), 2)
  t.equal(new Set(node.taken().map(({ headers }) => headers['taskuuid'])).size, 50)
})

test('the same task posted twice is fenced once and answered once', async (t) => {
  const { node, url, calls, ended } = await open(t, {
    fence: async (request) => {
      await sleep(100)
      return await dead(request)
    },
  })
  const first = node.call(url, command(), { task })
  while (node.accepted() === 0) await sleep(5)
  const end = await Promise.race([first, node.call(url, command(), { task })])
  t.same(decisionsOn(end), proceed)
  await ended(1)
  t.equal(node.accepted(), 2)
  t.equal(calls.length, 1)
  t.equal(node.taken().length, 1)
})

test('a node that answers 500 a few times gets its answer; one that knows no task is left alone', async (t) => {
  const { node, url, ends, ended } = await open(t, {}, (_answer, count) =>
    count <= 2 ? 500 + count : 'as-usual',
  )
  t.same(decisionsOn(await node.call(url, command())), proceed)
  t.same(node.replies, [501, 502, 200])
  await ended(1)
  const late = node.call(url, command(), { task, timeoutMs: 50 })
  node.forget()
  await ended(2)
  t.match(ends[1], { end: 'no-such-task', attempts: 1, status: 404 })
  t.same(decisionsOn(await late), ['refuse', 'refuse', 'refuse'])
})

test('a redirect is not followed, to nobody', async (t) => {
  const other = await openCallbackServer(() => 200)
  t.teardown(other.close)
  const { node, url, ends, ended, lines } = await open(t, {}, () => (response) => {
    response.writeHead(307, { location: other.url }).end()
  })
  const end = await node.call(url, command(), { timeoutMs: 300 })
  t.same(decisionsOn(end), ['refuse', 'refuse', 'refuse'])
  await ended(1)
  t.match(ends, [{ end: 'rejected', status: 307, attempts: 1 }])
  t.match(lines.join(''), /"level":"warn".*answer not delivered/)
  t.equal(other.connections(), 0)
})

test('an answer whose reply was lost arrives twice: the first one counts', async (t) => {
  const { node, url, ends, ended } = await open(t, {}, (_answer, count) =>
    count === 1 ? 'taken, but the reply is lost' : 'as-usual',
  )
  t.same(decisionsOn(await node.call(url, command())), proceed)
  await ended(1)
  t.same(node.replies, [200, 404])
  t.match(ends, [{ end: 'no-such-task', attempts: 2, status: 404 }])
  const [first, second] = node.taken()
  t.equal(first?.body, second?.body)
})

test('a node that stalls its reply took the answer all the same', async (t) => {
  const { node, url, ends, ended } = await open(t, {}, () => (response) => {
    setTimeout(() => {
      response.writeHead(200).end('late')
    }, 300)
  })
  void node.call(url, command(), { timeoutMs: 1 })
  await ended(1)
  t.match(ends, [{ end: 'delivered', attempts: 1 }])
})

test('a node that is down for a moment gets its answer when it is back', async (t) => {
  const { node, url } = await open(t, {
    fence: async (request) => {
      await node_.down()
      setTimeout(() => {
        void node_.up()
      }, 700)
      return await dead(request)
    },
  })
  const node_: ManagementNode = node
  t.same(decisionsOn(await node.call(url, command())), proceed)
})

test('a node that was restarted knows no task: the answer ends there', async (t) => {
  const { node, url, ends, ended } = await open(t, {
    fence: async (request) => {
      await node_.down()
      node_.forget()
      await node_.up()
      return await dead(request)
    },
  })
  const node_: ManagementNode = node
  const end = node.call(url, command(), { timeoutMs: 300 })
  await ended(1)
  t.match(ends, [{ end: 'no-such-task', attempts: 1 }])
  t.same(decisionsOn(await end), ['refuse', 'refuse', 'refuse'])
})

test('a proof that was not taken in its time is a refusal when it is', async (t) => {
  const { node, url } = await open(t, { callbacks: { proofMs: 1_400 } }, (_answer, count) =>
    count <= 2 ? 503 : 'as-usual',
  )
  const end = await node.call(url, command())
  t.same(decisionsOn(end), ['refuse', 'refuse', 'refuse'])
  t.match(end, { kind: 'answered', body: /"reason":"verdict-expired"/ })
  const [first] = node.taken()
  t.same(decisionsOn({ kind: 'answered', body: first?.body ?? '' }), proceed, 'at first it was one')
})

test('a proof whose answer the disk does not take is a proof: its verdict is on disk', async (t) => {
  const { node, url } = await open(t, {
    journal: { answer: async () => await Promise.reject(new Error('EIO')) },
  })
  t.same(decisionsOn(await node.call(url, command())), proceed)
})

test('answers that nobody takes are bounded: the door says so', async (t) => {
  const port = await closedPort()
  const { node, url } = await open(t, { callbacks: { waitingMax: 6 } })
  const headers = { callbackurl: `http://127.0.0.1:${port}/gone` }
  const post = async () => await node.call(url, command(), { headers, timeoutMs: 1 })
  for (let count = 0; count < 3; count += 1) t.match(await post(), { kind: 'timeout' })
  t.match(await post(), { kind: 'transport-error', status: 503, body: /FENCE_CALLBACKS_FULL/ })
})
