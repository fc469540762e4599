import type { IncomingMessage } from 'node:http'
import { test } from 'tap'
import { createListenerPolicy } from '../../../agent/http/admit/authenticate.ts'
import { createListenerPolicies } from '../../../agent/http/admit/listener-of.ts'
import { loopback } from '../../fixtures/servers/agent-server.ts'

const through = (socket: object): IncomingMessage => ({ socket }) as IncomingMessage
const name = '127.0.0.1:0'

test('a connection comes through the policy that stands now', async (t) => {
  const policies = createListenerPolicies()
  const [policy, next] = [createListenerPolicy(loopback, {}), createListenerPolicy(loopback, {})]
  const withCa = (ca: string) => createListenerPolicy(loopback, { tls: { cert: '', key: '', ca } })
  const [early, socket, elsewhere] = [{}, {}, {}]
  policies.greet(early, name)
  t.equal(policies.of(through(early)), undefined, 'before there was one')
  policies.replace([policy])
  t.equal(policies.current(name), policy)
  policies.greet(socket, name)
  policies.greet(elsewhere, 'unix:/x')
  t.same(policies.of(through(socket)), { policy, isStale: false })
  t.equal(policies.of(through(elsewhere)), undefined, 'a listener that is not')
  t.equal(policies.of(through({})), undefined, 'a connection that nobody greeted')
  policies.replace([next])
  const entrance = policies.of(through(socket))
  t.equal(entrance?.policy, next)
  t.equal(entrance?.isStale, false)
  policies.replace([withCa('a')])
  t.match(policies.of(through(socket)), { isStale: true }, 'it has never shown a certificate')
  const encrypted = {}
  policies.greet(encrypted, name)
  policies.replace([withCa('a')])
  t.match(policies.of(through(encrypted)), { isStale: false })
  policies.replace([withCa('b')])
  t.match(policies.of(through(encrypted)), { isStale: true })
  policies.replace([])
  t.equal(policies.of(through(socket)), undefined, 'a listener that is no more')
})
