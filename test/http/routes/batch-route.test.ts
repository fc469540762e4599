import { test } from 'tap'
import type { FenceRecord } from '../../../agent/fence/record.ts'
import type { FenceRequest } from '../../../agent/fence/request.ts'
import { doubt } from '../../../agent/domain/verdict.ts'
import { batchPath } from '../../../agent/contract/api/paths.ts'
import { dead, openServer } from '../../fixtures/servers/agent-server.ts'
import type { TestServerOptions } from '../../fixtures/servers/agent-server.ts'
import { rawClient } from '../../fixtures/servers/raw-http.ts'
import { agentId, fenceRecord } from '../../fixtures/values/fence-records.ts'

const hex = (digit: string): string => digit.repeat(32)
const json = { 'content-type': 'application/json' }
const lines = { ...json, accept: 'application/x-ndjson' }
const command = (...vmUuids: readonly string[]) => ({ vmUuids, targetHostIp: '192.0.2.7' })

const alive = (request: FenceRequest): FenceRecord =>
  fenceRecord({ request, verdict: doubt('unkillable'), durationMs: 0 })

/** VMs whose uuid ends in f do not die. */
const mixed = async (request: FenceRequest): Promise<FenceRecord> =>
  request.vm.endsWith('f') ? alive(request) : await dead(request)

const post = async (options: TestServerOptions, payload: object, headers: object = json) => {
  const rules = { inFlightMax: 500, inFlightPerSuspectMax: 500, inFlightPerCallerMax: 500 }
  const opened = openServer({ rules, ...options })
  const given = { method: 'POST', url: batchPath, headers: { ...headers }, payload } as const
  const response = await opened.server.inject(given)
  await opened.server.close()
  return { response, calls: opened.calls }
}

test('one verdict per VM, in the order of the list', async (t) => {
  const { response, calls } = await post({ fence: mixed }, command(hex('a'), hex('f'), hex('b')))
  t.equal(response.statusCode, 200)
  t.match(response.json(), {
    success: false,
    error: '1 of 3 VMs are not proven dead; see their verdicts',
    counts: { qemuConfirmedDead: 2, targetHostUnreachable: 0, qemuStillAlive: 1 },
    verdicts: [
      { vmUuid: hex('a'), success: true, qemuConfirmedDead: true, agentId },
      { vmUuid: hex('f'), success: false, qemuStillAlive: true, reason: 'unkillable', agentId },
      { vmUuid: hex('b'), success: true, qemuConfirmedDead: true, agentId },
    ],
  })
  t.equal(new Set(calls.map(({ fenceId }) => fenceId)).size, 3, 'each with an id of its own')
})

test('success is that of all, and nothing else of the answer reads as a verdict', async (t) => {
  const { response } = await post({ fence: dead }, command(hex('a'), hex('b')))
  const body = response.json<Record<string, unknown>>()
  t.equal(body['success'], true)
  t.equal(body['error'], undefined)
  for (const name of ['qemuConfirmedDead', 'targetHostUnreachable', 'qemuStillAlive', 'verdict']) {
    t.notOk(Object.hasOwn(body, name), name)
  }
})

test('a bug in one fence is a refusal of that VM alone', async (t) => {
  const fence = async (request: FenceRequest): Promise<FenceRecord> => {
    if (request.vm.endsWith('f')) throw new Error('bug')
    return await dead(request)
  }
  const { response } = await post({ fence }, command(hex('a'), hex('f')))
  t.match(response.json(), {
    success: false,
    verdicts: [{ success: true }, { success: false, reason: 'internal-error' }],
  })
})

test('a list that breaks a rule is turned away as a whole', async (t) => {
  const many = Array.from({ length: 501 }, (_, index) => String(index).padStart(32, '0'))
  const rows: readonly (readonly [string, object, string, string])[] = [
    ['no list', { targetHostIp: '192.0.2.7' }, 'FENCE_FIELD_MISSING', 'vmUuids'],
    ['one VM in its place', command(), 'FENCE_FIELD_INVALID', 'vmUuids'],
    ['a text', { ...command(), vmUuids: hex('a') }, 'FENCE_FIELD_INVALID', 'vmUuids'],
    ['null in it', { ...command(), vmUuids: [null] }, 'FENCE_FIELD_INVALID', 'vmUuids'],
    ['no uuid in it', command(hex('a'), 'x'), 'FENCE_FIELD_INVALID', 'vmUuids'],
    [
      'one VM twice, spelt in two ways',
      command(hex('a'), 'AAAAAAAA-AAAA-AAAA-AAAA-AAAAAAAAAAAA'),
      'FENCE_FIELD_INVALID',
      'vmUuids',
    ],
    ['too many', command(...many), 'FENCE_FIELD_INVALID', 'vmUuids'],
    [
      'a host that is none',
      { ...command(hex('a')), targetHostIp: '1.2.3' },
      'FENCE_FIELD_INVALID',
      'targetHostIp',
    ],
  ]
  for (const [sentence, payload, code, field] of rows) {
    const { response, calls } = await post({}, payload)
    t.equal(response.statusCode, 400, sentence)
    t.match(response.json(), { success: false, code, field }, sentence)
    t.equal(calls.length, 0)
  }
  const { response } = await post({}, command(...many.slice(1)))
  t.equal(response.json<{ verdicts: unknown[] }>().verdicts.length, 500)
})

test('more VMs than there are places for: none begins', async (t) => {
  const rules = { inFlightMax: 4, inFlightPerSuspectMax: 2 }
  const { response, calls } = await post({ rules }, command(hex('a'), hex('b'), hex('c')))
  t.equal(response.statusCode, 503)
  t.match(response.json(), { code: 'FENCE_SUSPECT_BUSY' })
  t.type(response.headers['retry-after'], 'string')
  t.equal(calls.length, 0)
})

test('an answer that is wanted elsewhere is not for a list', async (t) => {
  for (const field of ['taskuuid', 'callbackurl']) {
    const { response, calls } = await post({}, command(hex('a')), { ...json, [field]: 'x' })
    t.equal(response.statusCode, 400)
    t.match(response.json(), { code: 'FENCE_FIELD_INVALID', field })
    t.equal(calls.length, 0)
  }
})

test('as lines, each verdict leaves when it is there, and the end of all is said', async (t) => {
  const waiting: (() => void)[] = []
  const fence = async (request: FenceRequest): Promise<FenceRecord> => {
    if (request.vm.endsWith('f')) await new Promise<void>((resolve) => waiting.push(resolve))
    return await mixed(request)
  }
  const opened = openServer({ fence })
  const url = new URL(await opened.server.listen({ port: 0, host: '127.0.0.1' }))
  const client = await rawClient({ host: '127.0.0.1', port: Number(url.port) })
  const body = JSON.stringify(command(hex('f'), hex('a')))
  client.socket.write(
    [
      `POST ${batchPath} HTTP/1.1`,
      'host: peer',
      ...Object.entries(lines).map(([name, value]) => `${name}: ${value}`),
      `content-length: ${body.length}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  )
  const early = await client.received(/"vmUuid":"a{32}"/)
  t.match(early, /content-type: application\/x-ndjson/)
  t.notMatch(early, /"end":true/)
  for (const go of waiting) go()
  const text = await client.closed
  const objects = [...text.matchAll(/^\{.*\}$/gm)].map(([line]) => JSON.parse(line) as object)
  t.match(objects, [
    { begin: true, fences: [{ vmUuid: hex('f') }, { vmUuid: hex('a') }] },
    { vmUuid: hex('a'), success: true, agentId },
    { vmUuid: hex('f'), success: false, agentId },
    { end: true, success: false, counts: { qemuConfirmedDead: 1, qemuStillAlive: 1 } },
  ])
  t.equal(objects.length, 4)
  await opened.server.close()
})

test('what kind of answer is wanted', async (t) => {
  const rows = [
    ['application/json, application/x-ndjson;q=0.5', true],
    ['APPLICATION/X-NDJSON', true],
    ['application/x-ndjson-not', false],
    ['*/*', false],
  ] as const
  for (const [accept, wantsLines] of rows) {
    const { response } = await post({}, command(hex('a')), { ...json, accept })
    t.equal(String(response.headers['content-type']).includes('ndjson'), wantsLines, accept)
  }
})

test('a caller that goes away misses the rest, and the fences run on', async (t) => {
  const waiting: (() => void)[] = []
  const opened = openServer({
    fence: async (request) => {
      await new Promise<void>((resolve) => waiting.push(resolve))
      return await dead(request)
    },
  })
  const url = new URL(await opened.server.listen({ port: 0, host: '127.0.0.1' }))
  const stop = new AbortController()
  const response = await fetch(new URL(batchPath, url), {
    method: 'POST',
    headers: lines,
    body: JSON.stringify(command(hex('a'), hex('b'))),
    signal: stop.signal,
  })
  t.equal(response.status, 200)
  stop.abort()
  await t.rejects(response.text())
  t.equal(waiting.length, 2)
  for (const go of waiting) go()
  await opened.server.close()
})

test('every verdict is explained where that is asked for', async (t) => {
  const { server } = openServer({ fence: mixed })
  const ask = async (query: string) =>
    await server.inject({
      method: 'POST',
      url: `${batchPath}${query}`,
      headers: json,
      payload: command(hex('a'), hex('f')),
    })
  t.match((await ask('?explain=1')).json(), {
    verdicts: [{ explanation: [/asks for VM/] }, { explanation: [/asks for VM/], nextStep: /./ }],
  })
  t.notMatch((await ask('')).body, /explanation/)
  t.match(await ask('?explain=yes'), { statusCode: 400 })
})
