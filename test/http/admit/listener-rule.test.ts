import { test } from 'tap'
import { nameOfListener } from '../../../agent/http/admit/listener-rule.ts'
import { loopback } from '../../fixtures/servers/agent-server.ts'

test('a listener is named as the configuration writes it', async (t) => {
  const name = (at: Parameters<typeof nameOfListener>[0]['at']): string =>
    nameOfListener({ ...loopback, at })
  t.equal(name({ kind: 'tcp', host: '127.0.0.1', port: 1 }), '127.0.0.1:1')
  t.equal(name({ kind: 'tcp', host: '::', port: 2 }), '[::]:2')
  t.equal(name({ kind: 'unix', path: '/run/x' }), 'unix:/run/x')
})
