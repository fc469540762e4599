import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'tap'
import { neighbourOutlook } from '../../agent/compose/neighbour-outlook.ts'
import { withDefaults } from '../../agent/config/defaults.ts'

test('each neighbour is told of, and none where there are none', async (t) => {
  const agentId = 'aaaaaaaa-0000-4000-8000-000000000000'
  const server = createServer((_request, response) => {
    response.end(JSON.stringify({ name: 'peerfence', agentId, capabilities: ['passed-on'] }))
  }).listen(0, '127.0.0.1')
  t.teardown(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const journal = { file: `${t.testdir({})}/journal.jsonl` }
  const agents = [{ url: `http://127.0.0.1:${port}` }, { url: 'http://127.0.0.1:1' }]
  const told = await neighbourOutlook(withDefaults({ neighbours: { agents }, journal }))
  t.match(told, [
    `neighbour http://127.0.0.1:${port} answers: agent ${agentId}; whether`,
    /^neighbour http:\/\/127\.0\.0\.1:1 would not be asked: /,
  ])
  t.same(await neighbourOutlook(withDefaults({ journal })), [])
})

test('a file of one that cannot be used is told, and nobody is asked', async (t) => {
  const journal = { file: `${t.testdir({})}/journal.jsonl` }
  const agents = [{ url: 'https://127.0.0.1:1', tokenFile: '/none' }]
  t.match(await neighbourOutlook(withDefaults({ neighbours: { agents }, journal })), [
    /^no neighbour would be asked: .*tokenFile/,
  ])
})
