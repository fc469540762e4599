import { test } from 'tap'
import { lookPath, unfencePath } from '../../../agent/contract/api/paths.ts'
import { command, notSeen, openServer } from '../../fixtures/servers/agent-server.ts'
import { lookEvidence, lookRecord, vmHex } from '../../fixtures/values/fence-records.ts'
import { livingQemu } from '../../fixtures/values/evidence.ts'

const post = (part: object = {}, query = '') =>
  ({ method: 'POST', url: `${lookPath}${query}`, payload: command(part) }) as const

test('a look is answered with what was seen, and nothing is fenced', async (t) => {
  const { server, calls, looked, lines } = openServer()
  const answer = await server.inject(post({ sshTimeoutSec: 9 }))
  t.equal(answer.statusCode, 200)
  t.equal(answer.headers['content-type'], 'application/json; charset=utf-8')
  t.match(answer.json(), { success: false, seen: 'not-seen', vmUuid: vmHex })
  t.match(looked, [{ budgetMs: 9_000, askedBy: '127.0.0.1' }])
  t.same(calls, [])
  t.match(lines.join(''), /"seen":"not-seen".*look ended/)
})

test('explained where that is wanted', async (t) => {
  const evidence = lookEvidence({ qemus: [{ ...livingQemu(), kill: 'not-sent' }] })
  const { server } = openServer({
    look: async () => await Promise.resolve(lookRecord({ evidence })),
  })
  const { explanation } = (await server.inject(post({}, '?explain=1'))).json<{
    explanation: readonly string[]
  }>()
  t.match(explanation.join('\n'), /qemu 84/)
  t.notOk('explanation' in (await server.inject(post())).json<object>())
})

test('the door of a look is that of a fence', async (t) => {
  const rows = [
    [openServer({ networks: ['198.51.100.0/24'] }), {}, 'FENCE_TARGET_NOT_ALLOWED'],
    [openServer(), { targetHostIp: '198.51.100.1' }, 'FENCE_TARGET_IS_OWN_HOST'],
    [openServer(), { vmUuid: 'web-1' }, 'FENCE_FIELD_INVALID'],
    [openServer(), { vmUuid: 7 }, 'FENCE_FIELD_INVALID'],
    [openServer({ rules: { allowFrom: ['192.0.2.0/24'] } }), {}, 'FENCE_CALLER_NOT_ALLOWED'],
    [
      openServer({ rules: { requestCredentials: 'refuse' } }),
      { targetHostPassword: 'x' },
      'FENCE_CREDENTIALS_NOT_ALLOWED',
    ],
  ] as const
  for (const [{ server, looked }, part, code] of rows) {
    t.match((await server.inject(post(part))).json(), { code, success: false })
    t.same(looked, [], code)
  }
  const { server } = openServer()
  const headers = { taskuuid: 't', callbackurl: 'http://127.0.0.1/' }
  t.match((await server.inject({ ...post(), headers })).json(), {
    field: 'taskuuid',
    rule: /not for a look/,
  })
})

test('a look takes a place among the fences, and gives it back', async (t) => {
  const full = openServer({ inFlight: () => 2, looksInFlight: () => 2 })
  t.match(await full.server.inject(post()), { statusCode: 503, body: /FENCE_BUSY/ })
  const fence = { method: 'POST', url: '/ha/fence/vm/from/peer', payload: command() } as const
  t.match(await full.server.inject(fence), { statusCode: 503 }, 'for a fence, too')
  t.same(full.looked, [])

  let release = (): void => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const { server, looked } = openServer({
    rules: { inFlightPerSuspectMax: 1 },
    look: async (request) => {
      await held
      return await notSeen(request)
    },
  })
  const first = server.inject(post())
  while (looked.length === 0) await new Promise((resolve) => setImmediate(resolve))
  t.match(await server.inject(post()), { statusCode: 503, body: /FENCE_SUSPECT_BUSY/ })
  release()
  t.equal((await first).statusCode, 200)
  t.equal((await server.inject(post())).statusCode, 200)
})

test('a look that breaks says nothing', async (t) => {
  const { server } = openServer({ look: async () => await Promise.reject(new Error('planted')) })
  t.match(await server.inject(post()), { statusCode: 500, body: /FENCE_INTERNAL/ })
})

test('a quarantine is lifted through the same door', async (t) => {
  const evidence = lookEvidence({ quarantine: { state: 'lifted', policy: 'optional' } })
  const { server, calls, looked, unfenced, lines } = openServer({
    unfence: async (request) => await Promise.resolve(lookRecord({ request, evidence })),
  })
  const ask = { method: 'POST', url: unfencePath, payload: command() } as const
  t.match((await server.inject(ask)).json(), {
    success: false,
    quarantine: 'lifted',
    vmUuid: vmHex,
  })
  t.match(unfenced, [{ askedBy: '127.0.0.1' }])
  t.same([...calls, ...looked], [])
  t.match(lines.join(''), /"quarantine":"lifted".*unfence ended/)
  const headers = { taskuuid: 't', callbackurl: 'http://127.0.0.1/' }
  t.match((await server.inject({ ...ask, headers })).json(), {
    field: 'taskuuid',
    rule: /not for lifting/,
  })
  const elsewhere = openServer({ networks: ['198.51.100.0/24'] })
  t.match((await elsewhere.server.inject(ask)).json(), { code: 'FENCE_TARGET_NOT_ALLOWED' })
  t.same(elsewhere.unfenced, [])
})
