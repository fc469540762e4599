import { test } from 'tap'
import { callerConnection, callerName } from '../../../agent/http/admit/caller.ts'
import type { SocketEnds } from '../../../agent/http/admit/caller.ts'
import { loopback } from '../../fixtures/servers/agent-server.ts'

test('whose connection may vouch for our network', async (t) => {
  const socket = {
    remoteAddress: '192.0.2.1',
    remotePort: 40_000,
    localAddress: '192.0.2.9',
    localPort: 7171,
  }
  t.same(callerConnection(socket), socket)
  const mapped = { remoteAddress: '::ffff:192.0.2.1', localAddress: '::ffff:192.0.2.9' }
  t.same(callerConnection({ ...socket, ...mapped }), socket, 'as a dual-stack socket shows it')
  const rows: readonly (readonly [string, SocketEnds])[] = [
    ['loopback', { ...socket, remoteAddress: '127.0.0.1' }],
    ['loopback, dressed as IPv6', { ...socket, remoteAddress: '::ffff:127.0.0.1' }],
    ['loopback of IPv6', { ...socket, remoteAddress: '::1' }],
    ['this host by its own address', { ...socket, remoteAddress: '192.0.2.9' }],
    ['a unix socket', {}],
    ['a socket that was reset', { ...socket, remoteAddress: undefined }],
    ['no address of ours', { ...socket, localAddress: undefined }],
    ['no port of the caller', { ...socket, remotePort: undefined }],
    ['no port of ours', { ...socket, localPort: undefined }],
  ]
  for (const [title, one] of rows) t.equal(callerConnection(one), undefined, title)
})

test('what a caller is called', async (t) => {
  const unix = { ...loopback, at: { kind: 'unix', path: '/run/x' } } as const
  t.equal(callerName(unix, undefined), 'unix')
  t.equal(callerName(loopback, '::ffff:192.0.2.1'), '192.0.2.1')
  t.equal(callerName(loopback, '2001:DB8:0::1'), '2001:db8::1')
  t.equal(callerName(loopback, undefined), 'gone')
})
