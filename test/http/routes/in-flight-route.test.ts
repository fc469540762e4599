import { test } from 'tap'
import { inFlightPath } from '../../../agent/contract/api/paths.ts'
import { command, dead, fenceUrl, openServer } from '../../fixtures/servers/agent-server.ts'
import { vmUuid } from '../../fixtures/values/fence-records.ts'

test('who waits for a fence sees how far it is', async (t) => {
  let release = (): void => undefined
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const { server, calls, board } = openServer({
    fence: async (request) => {
      board.enter(request.suspect, 'handshake')
      await released
      return await dead(request)
    },
  })
  t.same((await server.inject(inFlightPath)).json(), { fences: [] })
  const post = { method: 'POST', url: fenceUrl, payload: command() } as const
  const answer = server.inject({ ...post, headers: { 'x-request-id': 'r7' } })
  while (calls.length === 0) await new Promise((resolve) => setImmediate(resolve))
  const seen = await server.inject(inFlightPath)
  t.equal(seen.headers['content-type'], 'application/json; charset=utf-8')
  t.match(seen.json(), { fences: [{ requestId: 'r7', vm: vmUuid(), phase: 'handshake' }] })
  release()
  await answer
  t.same((await server.inject(inFlightPath)).json(), { fences: [] })
})

test('who may not ask for a fence sees nothing of others, and a POST is told what is served', async (t) => {
  const { server } = openServer({ rules: { allowFrom: ['192.0.2.0/24'] } })
  t.equal((await server.inject(inFlightPath)).statusCode, 403)
  const wrong = await openServer().server.inject({ method: 'POST', url: inFlightPath })
  t.match(wrong, { statusCode: 405, headers: { allow: 'GET, HEAD' } })
})
