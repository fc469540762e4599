import { test } from 'tap'
import { allowedCallers, callerConnection } from '../../agent/http/caller.ts'
import type { SocketEnds } from '../../agent/http/caller.ts'

const tcp = { kind: 'tcp', host: '0.0.0.0', port: 0 } as const
const unix = { kind: 'unix', path: '/run/x' } as const

test('who may ask', async (t) => {
  const rows: readonly (readonly [string, boolean, boolean])[] = [
    ['anybody who reaches a listener without a list', allowedCallers(tcp, [])('192.0.2.1'), true],
    ['a caller in the list', allowedCallers(tcp, ['192.0.2.0/24'])('192.0.2.1'), true],
    [
      'the same, as a dual-stack socket shows it',
      allowedCallers(tcp, ['192.0.2.0/24'])('::ffff:192.0.2.1'),
      true,
    ],
    ['a caller outside of the list', allowedCallers(tcp, ['192.0.2.0/24'])('192.0.3.1'), false],
    [
      'loopback, where the list does not hold it',
      allowedCallers(tcp, ['192.0.2.0/24'])('127.0.0.1'),
      false,
    ],
    [
      'a socket that was reset and has no address',
      allowedCallers(tcp, ['192.0.2.0/24'])(undefined),
      false,
    ],
    ['a unix socket, which never has one', allowedCallers(unix, ['192.0.2.0/24'])(undefined), true],
  ]
  for (const [title, actual, expected] of rows) t.equal(actual, expected, title)
})

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
