import { once } from 'node:events'
import { duplexPair } from 'node:stream'
import { test } from 'tap'
import { doubt, unreachable } from '../../../agent/domain/verdict.ts'
import type { FenceRecord } from '../../../agent/fence/record.ts'
import { command, dead, fenceUrl, openServer } from '../../fixtures/servers/agent-server.ts'
import {
  agentId,
  fenceRecord,
  fenceRequest,
  hostAddress,
  vmHex,
  vmUuid,
} from '../../fixtures/values/fence-records.ts'

const refusal = {
  success: false,
  qemuConfirmedDead: false,
  qemuStillAlive: true,
  targetHostUnreachable: false,
}

test('a verdict of any kind is a plain 200', async (t) => {
  const rows = [
    ['qemuConfirmedDead', dead],
    ['targetHostUnreachable', unreachable('every-address-silent')],
    ['qemuStillAlive', doubt('unkillable')],
  ] as const
  for (const [verdict, how] of rows) {
    const fence =
      typeof how === 'function'
        ? how
        : async (request: FenceRecord['request']) =>
            await Promise.resolve(fenceRecord({ request, verdict: how }))
    const { server, calls } = openServer({ fence })
    const answer = await server.inject({ method: 'POST', url: fenceUrl, payload: command() })
    t.equal(answer.statusCode, 200, verdict)
    t.match(answer.json(), { verdict, vmUuid: vmHex, [verdict]: true })
    t.equal(answer.headers['content-type'], 'application/json; charset=utf-8')
    t.equal(calls.length, 1)
  }
})

test('the request reaches the use case whole, with ids of its own', async (t) => {
  const { server, calls } = openServer()
  const headers = { 'x-request-id': 'caller-7' }
  const post = { method: 'POST', url: `${fenceUrl}/`, headers } as const
  const answer = await server.inject({ ...post, payload: command({ sshTimeoutSec: 9 }) })
  t.equal(answer.headers['x-request-id'], 'caller-7')
  t.match(calls[0], {
    requestId: 'caller-7',
    budgetMs: 9000,
    vm: vmUuid(),
    fenceId: /^[0-9a-f]{32}$/,
  })
  t.match(answer.json(), { fenceId: calls[0]?.fenceId })
  await server.inject({ ...post, payload: command() })
  t.not(calls[0]?.fenceId, calls[1]?.fenceId)
})

test('the connection of a caller elsewhere goes along, and is kept acknowledged', async (t) => {
  const { server, calls } = openServer()
  await server.ready()
  const [socket, caller] = duplexPair()
  const ends = {
    remoteAddress: '::ffff:192.0.2.1',
    remotePort: 40_000,
    localAddress: '::ffff:192.0.2.9',
    localPort: 7171,
  }
  const kept: unknown[][] = []
  const setKeepAlive = (...args: unknown[]): void => {
    kept.push(args)
  }
  server.server.emit('connection', Object.assign(socket, ends, { setKeepAlive }))
  const body = JSON.stringify(command())
  caller.write(
    `POST ${fenceUrl} HTTP/1.1\r\nhost: peer\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  )
  t.match(String((await once(caller, 'data'))[0]), /^HTTP\/1\.1 200 /)
  const plain = { remoteAddress: '192.0.2.1', localAddress: '192.0.2.9' }
  t.same(calls[0]?.caller, { ...ends, ...plain })
  t.same(kept, [[true, 1000]])
  socket.destroy()
  await server.inject({ method: 'POST', url: fenceUrl, payload: command() })
  t.notOk(calls[1]?.caller, 'and that of a caller on this host does not')
})

test('the operator cuts the budget', async (t) => {
  const { server, calls } = openServer({ rules: { budgetMsMax: 5000 } })
  await server.inject({ method: 'POST', url: fenceUrl, payload: command() })
  t.equal(calls[0]?.budgetMs, 5000)
})

test('a bug after acceptance is answered with a refusal', async (t) => {
  const broken = { evidence: undefined } as unknown as Partial<FenceRecord>
  const rows: readonly (readonly [string, () => Promise<FenceRecord>])[] = [
    ['a rejected promise', async () => await Promise.reject(new Error('bug'))],
    [
      'a throw that is no error',
      async () => {
        // oxlint-disable-next-line typescript/only-throw-error -- what a bug may throw
        throw 'bug'
      },
    ],
    ['no record at all', async () => await Promise.resolve(undefined as unknown as FenceRecord)],
    ['a record with a part missing', async () => await Promise.resolve(fenceRecord(broken))],
    [
      'a record about another VM',
      async () => {
        const vm = vmUuid('f'.repeat(32))
        return await Promise.resolve(fenceRecord({ request: fenceRequest({}, { vm }) }))
      },
    ],
    [
      'a record about another host',
      async () => {
        const addresses = [hostAddress('192.0.2.99')] as const
        return await Promise.resolve(fenceRecord({ request: fenceRequest({ addresses }) }))
      },
    ],
  ]
  for (const [title, fence] of rows) {
    const { server, lines } = openServer({ fence })
    const answer = await server.inject({ method: 'POST', url: fenceUrl, payload: command() })
    t.equal(answer.statusCode, 200, title)
    t.match(answer.json(), { ...refusal, reason: 'internal-error', vmUuid: vmHex, agentId }, title)
    t.match(lines.join(''), /fence ended by a bug/, title)
  }
})

test('a fence shared with an identical request answers both', async (t) => {
  const fence = async () =>
    await Promise.resolve(fenceRecord({ request: fenceRequest({}, { fenceId: 'first' }) }))
  const { server } = openServer({ fence })
  const answer = await server.inject({ method: 'POST', url: fenceUrl, payload: command() })
  t.match(answer.json(), { qemuConfirmedDead: true, fenceId: 'first', agentId })
})

test('one fence too many is sent away until later', async (t) => {
  let running = 4
  const { server, calls } = openServer({ inFlight: () => running })
  const post = { method: 'POST', url: fenceUrl, payload: command() } as const
  const full = await server.inject(post)
  t.equal(full.statusCode, 503)
  t.match(full.json(), { success: false, code: 'FENCE_BUSY', qemuStillAlive: false })
  t.equal(full.headers['retry-after'], '5')
  t.equal(calls.length, 0)
  running = 3
  t.equal((await server.inject(post)).statusCode, 200)
})

test('an explanation comes where it is asked for, and an unclear question is turned away', async (t) => {
  const { server, calls } = openServer()
  const ask = async (query: string) =>
    await server.inject({ method: 'POST', url: `${fenceUrl}${query}`, payload: command() })
  t.match((await ask('?explain=1')).json(), {
    success: true,
    explanation: [/asks for VM/, /^contact 1/],
  })
  for (const query of ['', '?explain=0', '?other=1', '/?other']) {
    t.notOk(Object.hasOwn((await ask(query)).json(), 'explanation'), query)
  }
  t.equal(calls.length, 5)
  for (const query of ['?explain', '?explain=yes', '?explain=1&explain=1', '?explain=']) {
    const answer = await ask(query)
    t.equal(answer.statusCode, 400, query)
    t.match(answer.json(), {
      code: 'FENCE_FIELD_INVALID',
      field: 'explain',
      rule: '0 or 1, at most once',
    })
  }
  t.equal(calls.length, 5, 'and nothing was done')
})
