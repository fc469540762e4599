import { test } from 'tap'
import * as limits from '../../agent/http/limits.ts'
import { openDesk } from '../fixtures/agent-server.ts'

test('every limit reaches the server', async (t) => {
  const { server } = openDesk({ rules: { inFlightMax: 10 } })
  const { maxConnections, headersTimeout, requestTimeout, keepAliveTimeout, timeout } =
    server.server
  t.equal(maxConnections, 20 + limits.spareConnectionsMax)
  t.equal(headersTimeout, limits.headersTimeoutMs)
  t.equal(requestTimeout, limits.requestTimeoutMs)
  t.equal(keepAliveTimeout, limits.keepAliveTimeoutMs)
  t.equal(timeout, 0, 'a socket may be silent while its fence runs')
  t.equal(server.initialConfig.bodyLimit, limits.bodyBytesMax)
})

test('the limits fit each other', async (t) => {
  const rising: readonly number[] = [
    limits.connectionsCheckingIntervalMs,
    limits.headersTimeoutMs,
    limits.requestTimeoutMs,
    limits.keepAliveTimeoutMs,
  ]
  t.same(
    rising.toSorted((a, b) => a - b),
    rising,
  )
  t.ok(limits.bodyBytesMax >= 2 * 16_384 + 8 * 253 + 4096, 'a key of full length fits, escaped')
})
