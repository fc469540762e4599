import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { test } from 'tap'
import type { Test } from 'tap'
import { hungUp, passedOnRefusal } from '../../../agent/http/accept/passed-on.ts'
import { batchPath, fencePath } from '../../../agent/contract/api/paths.ts'
import { Secret } from '../../../agent/base/text/secret.ts'
import type { FenceRecord } from '../../../agent/fence/record.ts'
import type { FenceRequest } from '../../../agent/fence/request.ts'
import { command, loopback, openServer } from '../../fixtures/servers/agent-server.ts'
import { postText, rawClient } from '../../fixtures/servers/raw-http.ts'
import { agentId, fenceRecord, fenceRequest, vmHex } from '../../fixtures/values/fence-records.ts'

const passedOnBy = '7c9e6679-7425-40de-944b-e07fc1f90ae7'
const callback = { task: 'a', url: 'http://192.0.2.1/' }

test('what is taken of another agent, and why the rest is not', async (t) => {
  const rows: readonly (readonly [string, FenceRequest, boolean, object | undefined])[] = [
    ['a caller', fenceRequest(), false, undefined],
    ['an agent that may', fenceRequest({}, { passedOnBy }), true, undefined],
    [
      'an agent where nobody may',
      fenceRequest({}, { passedOnBy }),
      false,
      { code: 'FENCE_PASSED_ON_NOT_TAKEN' },
    ],
    [
      'this very agent, by another address',
      fenceRequest({}, { passedOnBy: agentId }),
      true,
      { code: 'FENCE_PASSED_ON_NOT_TAKEN', rule: 'it comes from this very agent' },
    ],
    [
      'an answer that is wanted later: nobody could call it off',
      fenceRequest({}, { passedOnBy, callback }),
      true,
      { code: 'FENCE_FIELD_INVALID', field: 'callbackurl' },
    ],
    [
      'a password of the suspect',
      fenceRequest({ password: new Secret('p') }, { passedOnBy }),
      true,
      { code: 'FENCE_CREDENTIALS_NOT_ALLOWED' },
    ],
    [
      'a key of the suspect',
      fenceRequest({ privateKey: new Secret('k') }, { passedOnBy }),
      true,
      { code: 'FENCE_CREDENTIALS_NOT_ALLOWED' },
    ],
  ]
  for (const [title, request, mayPassOn, refusal] of rows) {
    const found = passedOnRefusal(request, { mayPassOn }, agentId)
    if (refusal === undefined) t.equal(found, undefined, title)
    else t.match(found, refusal, title)
  }
})

test('the id of the agent is no other thing than an id', async (t) => {
  const { server } = openServer()
  for (const bad of ['', 'me', null, true, 1, passedOnBy.toUpperCase()]) {
    const payload = command({ passedOnBy: bad })
    const answer = await server.inject({ method: 'POST', url: fencePath, payload })
    t.match(answer.json(), { code: 'FENCE_FIELD_INVALID', field: 'passedOnBy' }, String(bad))
  }
  await server.close()
})

/** The signal that the use case got, and how it ends. */
const openHanging = async () => {
  let asked: ((signal: AbortSignal | undefined) => void) | undefined
  const signal = new Promise<AbortSignal | undefined>((resolve) => {
    asked = resolve
  })
  let end: (() => void) | undefined
  const held = new Promise<void>((resolve) => {
    end = resolve
  })
  const fence = async (request: FenceRequest, calledOff?: AbortSignal): Promise<FenceRecord> => {
    asked?.(calledOff)
    await held
    return fenceRecord({ request })
  }
  const opened = openServer({ fence })
  const agent = await opened.open([{ ...loopback, passedOn: 'accept' }])
  const [url = ''] = agent.addresses
  const client = await rawClient({ host: '127.0.0.1', port: Number(new URL(url).port) })
  return { agent, client, signal, end: () => end?.() }
}

const single = command({ passedOnBy })
const batch = { vmUuids: [vmHex], targetHostIp: '192.0.2.7', passedOnBy }

test('a fence that was passed on is called off as soon as the connection closes', async (t) => {
  for (const [path, body, headers] of [
    [fencePath, single, []],
    [batchPath, batch, []],
    [batchPath, batch, ['accept: application/x-ndjson']],
  ] as const) {
    const { agent, client, signal, end } = await openHanging()
    client.socket.write(postText(path, body, headers))
    const calledOff = await signal
    t.equal(calledOff?.aborted, false, path)
    client.socket.destroy()
    if (calledOff?.aborted === false) {
      await new Promise((resolve) => {
        calledOff.addEventListener('abort', resolve)
      })
    }
    t.equal(calledOff?.aborted, true)
    end()
    await agent.close()
  }
})

test('one that is answered was not called off, and one of a caller never is', async (t) => {
  const { agent, client, signal, end } = await openHanging()
  client.socket.write(postText(fencePath, single, ['connection: close']))
  const calledOff = await signal
  end()
  t.match(await client.closed, `"passedOnBy":"${passedOnBy}"`)
  t.equal(calledOff?.aborted, false)
  await agent.close()
  const other = await openHanging()
  other.client.socket.write(postText(fencePath, command()))
  t.equal(await other.signal, undefined)
  other.end()
  other.client.socket.destroy()
  await other.agent.close()
})

/** A server that calls for the signal before its answer, or once the caller has gone already. */
const askAndLeave = async (t: Test, isGoneBefore: boolean, isLeaving: boolean) => {
  let told!: (signal: AbortSignal) => void
  const signal = new Promise<AbortSignal>((resolve) => {
    told = resolve
  })
  const server = createServer((_request, response) => {
    const closed = once(response, 'close')
    const tell = (): void => {
      told(hungUp(response))
      if (!isLeaving) response.end('whole')
    }
    if (isGoneBefore) void closed.then(tell)
    else tell()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const socket = connect(port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
  if (isGoneBefore) await once(server, 'request')
  const seen = isGoneBefore ? undefined : await signal
  if (isLeaving) socket.destroy()
  await once(socket.resume(), 'close')
  const found = seen ?? (await signal)
  if (isLeaving && !found.aborted) await once(found, 'abort')
  return found.aborted
}

test(
  'a caller that goes before its answer calls off, whenever that is',
  { timeout: 10_000 },
  async (t) => {
    t.ok(await askAndLeave(t, false, true), 'while it waits')
    t.ok(await askAndLeave(t, true, true), 'while its request was read')
    t.notOk(await askAndLeave(t, false, false), 'not with the whole answer')
  },
)
