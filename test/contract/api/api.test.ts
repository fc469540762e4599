import { test } from 'tap'
import { api } from '../../../agent/contract/api/api.ts'
import { codesOfEveryRoute } from '../../../agent/contract/api/api-route.ts'
import { errorCodes } from '../../../agent/contract/reply/error-codes.ts'
import * as paths from '../../../agent/contract/api/paths.ts'
import { openServer } from '../../fixtures/servers/agent-server.ts'

test('the table has every route of the server and no other', async (t) => {
  const { server } = openServer()
  await server.ready()
  for (const { path, method } of api) {
    t.ok(server.hasRoute({ url: path, method }), `${method} ${path}`)
    const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'] as const
    for (const other of methods.filter((one) => one !== method)) {
      t.notOk(server.hasRoute({ url: path, method: other }), `${other} ${path}`)
      const answer = await server.inject({ method: other, url: path })
      const allow = method === 'GET' ? 'GET, HEAD' : method
      t.match(answer, { statusCode: 405, headers: { allow } }, `${other} ${path}`)
    }
  }
  // Fastify's own tree has a line per route and method.
  const routes = server.printRoutes({ commonPrefix: false }).match(/\((?:GET|POST)/g) ?? []
  t.equal(routes.length, api.length)
  t.same(api.map(({ path }) => path).toSorted(), Object.values(paths).toSorted())
})

test('every code of the door belongs to some route, and no route names one twice', async (t) => {
  const named = new Set([...codesOfEveryRoute, ...api.flatMap(({ codes }) => codes)])
  t.same([...named].toSorted(), Object.keys(errorCodes).toSorted())
  for (const { path, codes } of api) {
    const all = [...codesOfEveryRoute, ...codes]
    t.equal(new Set(all).size, all.length, path)
  }
})

test('what is served for monitoring does nothing to any host and tells of none', async (t) => {
  const monitoring = api.filter(({ isMonitoring }) => isMonitoring === true)
  t.same(
    monitoring.map(({ method, path }) => `${method} ${path}`),
    ['GET /healthz', 'GET /readyz', 'GET /version', 'GET /metrics', 'GET /openapi.json'],
  )
})
