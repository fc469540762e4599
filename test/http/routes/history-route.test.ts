import { test } from 'tap'
import { historyPath } from '../../../agent/contract/api/paths.ts'
import type { HistoryQuery } from '../../../agent/fence/history.ts'
import { openServer } from '../../fixtures/servers/agent-server.ts'
import { vmHex, vmUuid } from '../../fixtures/values/fence-records.ts'

const page = { fences: [], next: 7, garbled: 2 }

test('the filters reach the journal, and a page comes back', async (t) => {
  const queries: HistoryQuery[] = []
  const { server } = openServer({
    readHistory: async (query) => {
      queries.push(query)
      return await Promise.resolve(page)
    },
  })
  const answer = await server.inject(`${historyPath}?vm=${vmHex}&host=192.0.2.7&limit=3&before=9`)
  t.equal(answer.statusCode, 200)
  t.equal(answer.headers['content-type'], 'application/json; charset=utf-8')
  t.same(answer.json(), { fences: [], next: '7', garbledLines: 2 })
  t.strictSame(queries, [{ vm: vmUuid(), host: '192.0.2.7', limit: 3, before: 9 }])
})

test('a filter that breaks a rule is turned away before anything is read', async (t) => {
  const { server } = openServer({
    readHistory: async () => await Promise.reject(new Error('read')),
  })
  for (const query of ['limit=0', 'vm=x', 'since=x', 'vms=x', 'limit=1&limit=2']) {
    const answer = await server.inject(`${historyPath}?${query}`)
    t.match(answer, { statusCode: 400 }, query)
    t.match(answer.json(), { code: 'FENCE_FIELD_INVALID', success: false })
  }
})

test('a journal that cannot be read is a fault of ours, and gives its place back', async (t) => {
  const { server, lines } = openServer({
    readHistory: async () => await Promise.reject(new Error('planted')),
  })
  for (let times = 0; times < 3; times += 1) {
    t.match((await server.inject(historyPath)).json(), { code: 'FENCE_INTERNAL' })
  }
  t.match(lines.join(''), /planted/)
})

test('two may read at once', async (t) => {
  let release = (): void => undefined
  const released = new Promise<typeof page>((resolve) => {
    release = () => {
      resolve(page)
    }
  })
  const reading: HistoryQuery[] = []
  const { server } = openServer({
    readHistory: async (query) => {
      reading.push(query)
      return await released
    },
  })
  const two = [server.inject(historyPath), server.inject(historyPath)]
  while (reading.length < 2) await new Promise((resolve) => setImmediate(resolve))
  t.match(await server.inject(historyPath), { statusCode: 503, headers: { 'retry-after': '5' } })
  release()
  t.same(
    (await Promise.all(two)).map(({ statusCode }) => statusCode),
    [200, 200],
  )
  t.equal((await server.inject(historyPath)).statusCode, 200)
})
