import { test } from 'tap'
import { batchPath, fencePath } from '../../../agent/contract/api/paths.ts'
import { openServer } from '../../fixtures/servers/agent-server.ts'
import { vmHex } from '../../fixtures/values/fence-records.ts'

const json = { 'content-type': 'application/json' }

test('both commands come in by the same rules', async (t) => {
  const rows = [
    [{ targetHostIp: '198.51.100.1' }, 'FENCE_TARGET_IS_OWN_HOST', 403],
    [{ targetHostIp: '203.0.113.9' }, 'FENCE_TARGET_NOT_ALLOWED', 403],
    [{ targetHostPassword: 'x' }, 'FENCE_CREDENTIALS_NOT_ALLOWED', 403],
    [{ targetHostSshPort: 0 }, 'FENCE_FIELD_INVALID', 400],
  ] as const
  const { server, calls } = openServer({
    networks: ['192.0.2.0/24', '198.51.100.0/24'],
    rules: { requestCredentials: 'refuse' },
  })
  for (const [change, code, status] of rows) {
    for (const [url, vms] of [
      [fencePath, { vmUuid: vmHex }],
      [batchPath, { vmUuids: [vmHex] }],
    ] as const) {
      const payload = { targetHostIp: '192.0.2.7', ...vms, ...change }
      const response = await server.inject({ method: 'POST', url, headers: json, payload })
      t.equal(response.statusCode, status, `${url} ${code}`)
      t.match(response.json(), { code, success: false })
    }
  }
  t.equal(calls.length, 0)
  await server.close()
})
