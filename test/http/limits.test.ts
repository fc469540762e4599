import { test } from 'tap'
import * as limits from '../../agent/http/limits.ts'
import { createListener } from '../../agent/http/listen/listener.ts'
import { createListenerPolicies } from '../../agent/http/admit/listener-of.ts'
import { openServer } from '../fixtures/servers/agent-server.ts'
import { makeLog } from '../../agent/journal/log.ts'

test('every listener has every limit', async (t) => {
  const log = makeLog('fatal', { write: () => undefined })
  const nothing = (): void => undefined
  const parts = {
    policies: createListenerPolicies(),
    log,
    onRejected: nothing,
    limit: nothing,
    handle: nothing,
  }
  for (const tls of [undefined, { cert: '', key: '' }]) {
    const server = createListener('x', tls, parts)
    t.equal(server.headersTimeout, limits.headersTimeoutMs)
    t.equal(server.requestTimeout, limits.requestTimeoutMs)
    t.equal(server.keepAliveTimeout, limits.keepAliveTimeoutMs)
    t.equal(server.timeout, 0, 'a socket is silent for as long as its fence takes')
  }
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
  t.equal(openServer().server.initialConfig.bodyLimit, limits.bodyBytesMax)
})
