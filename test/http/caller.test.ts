import { test } from 'tap'
import { callerConnection } from '../../agent/http/caller.ts'
import type { SocketEnds } from '../../agent/http/caller.ts'

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
