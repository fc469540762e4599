import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { duplexPair } from 'node:stream'
import { test } from 'tap'
import type { FenceRecord } from '../../../agent/fence/record.ts'
import {
  command,
  dead,
  fenceUrl,
  loopback,
  openServer,
} from '../../fixtures/servers/agent-server.ts'
import type { TestServerOptions } from '../../fixtures/servers/agent-server.ts'
import { openCallbackServer } from '../../fixtures/servers/callback-server.ts'
import { agentId, vmHex } from '../../fixtures/values/fence-records.ts'
import { postText } from '../../fixtures/servers/raw-http.ts'

const task = '0123456789abcdef0123456789abcdef'

const open = async (options: TestServerOptions = {}) => {
  const agent = openServer(options)
  const node = await openCallbackServer(() => 200)
  const post = async (part: object = {}, headers: Record<string, string> = {}) =>
    await agent.server.inject({
      method: 'POST',
      url: fenceUrl,
      payload: command(),
      headers: { taskuuid: task, callbackurl: node.url, ...headers },
      ...part,
    })
  return { ...agent, node, post }
}

/** A use case that waits until it is told. */
const held = () => {
  let release = (): void => undefined
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const fence = async (request: FenceRecord['request']): Promise<FenceRecord> => {
    await released
    return await dead(request)
  }
  return { fence, release }
}

test('200 and nothing at once, the answer later, with the task', async (t) => {
  const { fence, release } = held()
  const { post, node, calls, callbacks } = await open({ fence })
  t.teardown(node.close)
  const taken = await post()
  t.equal(taken.statusCode, 200)
  t.equal(taken.body, '')
  t.equal(taken.headers['content-length'], '0')
  t.equal(calls.length, 1)
  t.match(calls[0], { callback: { task, url: node.url } })
  t.equal(node.taken.length, 0)
  release()
  const [answer] = await node.until(1)
  t.equal(answer?.headers['taskuuid'], task)
  t.match(JSON.parse(answer?.body ?? ''), {
    success: true,
    qemuConfirmedDead: true,
    vmUuid: vmHex,
    fenceId: calls[0]?.fenceId,
    agentId,
  })
  t.match(answer?.body, /^[\x20-\x7e]+$/)
  await callbacks.stop(1_000)
})

test('an explanation that was asked for comes with the answer', async (t) => {
  const { post, node, callbacks } = await open()
  t.teardown(node.close)
  await post({ url: `${fenceUrl}?explain=1` })
  const [answer] = await node.until(1)
  t.match(JSON.parse(answer?.body ?? ''), { success: true, explanation: [/asks for VM/] })
  await callbacks.stop(1_000)
})

test('what waits for the caller bears no credentials', async (t) => {
  const subjects: unknown[] = []
  const { post, node, callbacks } = await open({
    journal: {
      answer: async ({ subject }) => {
        subjects.push(subject)
        await Promise.resolve()
      },
    },
  })
  t.teardown(node.close)
  await post({ payload: command({ targetHostPassword: 'planted' }) })
  await node.until(1)
  t.strictSame(
    subjects.map((subject) => Object.keys(subject as object)),
    [['fenceId', 'vm', 'suspect']],
  )
  t.match(subjects, [{ suspect: { addresses: ['192.0.2.7'], hostUuid: '' } }])
  t.notOk(Object.hasOwn((subjects[0] as { suspect: object }).suspect, 'password'))
  await callbacks.stop(1_000)
})

test('the same task twice is fenced once; for another VM it is turned away', async (t) => {
  const { fence, release } = held()
  const { post, node, calls, callbacks } = await open({ fence, rules: { inFlightMax: 1 } })
  t.teardown(node.close)
  await post()
  for (const url of [fenceUrl, `${fenceUrl}/`, '/ha/vm/fenceonsuspecthost']) {
    const again = await post({ url })
    t.equal(again.statusCode, 200)
    t.equal(again.body, '')
  }
  const other = await post({ payload: command({ vmUuid: 'f'.repeat(32) }) })
  t.equal(other.statusCode, 409)
  t.match(other.json(), { success: false, code: 'FENCE_TASK_IN_USE', qemuStillAlive: false })
  t.equal(calls.length, 1)
  release()
  await node.until(1)
  await callbacks.stop(1_000)
  t.equal(node.taken.length, 1)
})

test('the door turns away in the response, and nothing is called back', async (t) => {
  const long = `http://127.0.0.1/${'x'.repeat(512)}`
  const rows: readonly (readonly [string, TestServerOptions, object, object, number, string])[] = [
    ['no url', {}, {}, { callbackurl: undefined }, 400, 'FENCE_FIELD_MISSING'],
    ['no task', {}, {}, { taskuuid: undefined }, 400, 'FENCE_FIELD_MISSING'],
    ['a task of no sense', {}, {}, { taskuuid: 'a b' }, 400, 'FENCE_FIELD_INVALID'],
    ['a long url', {}, {}, { callbackurl: long }, 400, 'FENCE_FIELD_INVALID'],
    ['a host name', {}, {}, { callbackurl: 'http://localhost/' }, 400, 'FENCE_FIELD_INVALID'],
    [
      'somebody else',
      {},
      {},
      { callbackurl: 'http://10.0.0.1/' },
      403,
      'FENCE_CALLBACK_NOT_ALLOWED',
    ],
    [
      'a link-local address that is listed',
      { rules: { callbackTo: ['0.0.0.0/0'] } },
      {},
      { callbackurl: 'http://169.254.169.254/latest' },
      403,
      'FENCE_CALLBACK_NOT_ALLOWED',
    ],
    ['a body of no sense', {}, { payload: '{' }, {}, 400, 'FENCE_BODY_NOT_JSON'],
    [
      'a VM that is none',
      {},
      { payload: command({ vmUuid: 'x' }) },
      {},
      400,
      'FENCE_FIELD_INVALID',
    ],
    [
      'this very host',
      {},
      { payload: command({ targetHostIp: '198.51.100.1' }) },
      {},
      403,
      'FENCE_TARGET_IS_OWN_HOST',
    ],
    [
      'a suspect out of bounds',
      { networks: ['10.0.0.0/8'] },
      {},
      {},
      403,
      'FENCE_TARGET_NOT_ALLOWED',
    ],
    ['one fence too many', { inFlight: () => 4 }, {}, {}, 503, 'FENCE_BUSY'],
    [
      'one fence too many of this caller',
      { rules: { inFlightPerCallerMax: 0 } },
      {},
      {},
      429,
      'FENCE_CALLER_TOO_OFTEN',
    ],
    ['one answer too many', { callbacks: { waitingMax: 0 } }, {}, {}, 503, 'FENCE_CALLBACKS_FULL'],
  ]
  for (const [title, options, part, headers, status, code] of rows) {
    const { node, server, calls } = await open(options)
    const all: Record<string, string | undefined> = {
      'content-type': 'application/json',
      taskuuid: task,
      callbackurl: node.url,
      ...headers,
    }
    const sent = Object.entries(all).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    )
    const answer = await server.inject({
      method: 'POST',
      url: fenceUrl,
      payload: command(),
      headers: Object.fromEntries(sent),
      ...part,
    })
    t.equal(answer.statusCode, status, title)
    t.match(answer.json(), { success: false, code, qemuStillAlive: false }, title)
    t.equal(calls.length, 0, title)
    t.equal(node.connections(), 0, title)
    await node.close()
  }
})

test('an answer may go where the configuration says, and back to where the caller is', async (t) => {
  const { server, calls, callbacks } = openServer({ rules: { callbackTo: ['192.0.2.0/24'] } })
  const post = async (callbackurl: string, remoteAddress: string) =>
    await server.inject({
      method: 'POST',
      url: fenceUrl,
      payload: command(),
      remoteAddress,
      headers: { taskuuid: `t-${calls.length}`, callbackurl },
    })
  // Nobody listens there; the door is what is asked here.
  t.equal((await post('http://192.0.2.9:1/', '127.0.0.1')).statusCode, 200)
  t.equal((await post('http://127.0.0.1:1/', '198.51.100.9')).statusCode, 403)
  t.equal((await post('http://198.51.100.9:1/', '198.51.100.9')).statusCode, 200)
  t.equal(calls.length, 2)
  await callbacks.stop(0)
})

test('a caller on a unix socket is on this host; one whose connection is gone is nowhere', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'peerfence-'))
  t.teardown(() => {
    rmSync(directory, { recursive: true })
  })
  const path = join(directory, 's')
  const callbackServer = await open({})
  const { node, callbacks } = callbackServer
  t.teardown(node.close)
  const { close } = await callbackServer.open([{ ...loopback, at: { kind: 'unix', path } }])
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      taskuuid: task,
      callbackurl: node.url,
    }
    const options = { socketPath: path, path: fenceUrl, method: 'POST', headers, agent: false }
    httpRequest(options as object, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end(JSON.stringify(command()))
  })
  t.equal(status, 200)
  await node.until(1)
  await callbacks.stop(1_000)
  await close()
  const { server: gone, calls } = openServer()
  await gone.ready()
  // What is left of a TCP connection that was reset: no address at all.
  const [socket, caller] = duplexPair()
  gone.server.emit('connection', Object.assign(socket, { setKeepAlive: () => undefined }))
  const headers = [`taskuuid: ${task}`, `callbackurl: ${node.url}`]
  caller.write(postText(fenceUrl, command(), headers))
  t.match(String((await once(caller, 'data'))[0]), /^HTTP\/1\.1 403 [^]*FENCE_CALLER_NOT_ALLOWED/)
  socket.destroy()
  t.equal(calls.length, 0)
})

test('a use case that fails still calls back, with a refusal', async (t) => {
  const { post, node, callbacks } = await open({
    fence: async () => await Promise.reject(new Error('bug')),
  })
  t.teardown(node.close)
  t.equal((await post()).statusCode, 200)
  const [answer] = await node.until(1)
  t.match(JSON.parse(answer?.body ?? ''), { success: false, reason: 'internal-error' })
  await callbacks.stop(1_000)
})
