import { test } from 'tap'
import { askConnection, readLastAck } from '../../agent/probe/connection.ts'
import type { LastAck } from '../../agent/probe/connection.ts'
import { createOldEntries } from '../../agent/probe/stale-neighbour.ts'
import type { CallerConnection } from '../../agent/fence/request.ts'

const ipv4: CallerConnection = {
  remoteAddress: '10.91.0.2',
  remotePort: 50_528,
  localAddress: '10.91.0.1',
  localPort: 7000,
}
const ipv6 = { ...ipv4, remoteAddress: 'fd91::2', localAddress: 'fd91::1' }

// Recorded from iproute2 6.1, shortened.
const head = 'State Recv-Q Send-Q      Local Address:Port       Peer Address:Port Process\n'
const about = (lastack: string) =>
  `\t bbr wscale:10,10 rto:204 lastsnd:2220 lastrcv:2220 ${lastack}pacing_rate 10345422656bps\n`
const line = (addresses: string, state = 'ESTAB', lastack = 'lastack:188 ') =>
  `${state} 0      0      ${addresses}     \n${about(lastack)}`
const mapped = '[::ffff:10.91.0.1]:7000 [::ffff:10.91.0.2]:50528'
const plain = '10.91.0.1:7000 10.91.0.2:50528'

const none: LastAck = { kind: 'no-connection' }
const acked: LastAck = { kind: 'acked', agoMs: 188 }
const rows: readonly (readonly [string, CallerConnection, string, LastAck])[] = [
  ['a socket that listens on both protocols', ipv4, head + line(mapped), acked],
  ['a socket of IPv4', ipv4, head + line(plain), acked],
  ['a socket of IPv6', ipv6, head + line('[fd91::1]:7000 [fd91::2]:50528'), acked],
  ['without a header', ipv4, line(plain), acked],
  ['on one line', ipv4, line(plain).replace('\n', ''), acked],
  ['nothing', ipv4, '', none],
  ['a header alone', ipv4, head, none],
  ['closing', ipv4, head + line(plain, 'FIN-WAIT-2'), none],
  ['another caller by the same ports', ipv4, head + line('10.91.0.1:7000 10.91.0.3:50528'), none],
  ['another address of ours', ipv4, head + line('10.91.0.9:7000 10.91.0.2:50528'), none],
  ['another port of the caller', ipv4, head + line('10.91.0.1:7000 10.91.0.2:50529'), none],
  ['another port of ours', ipv4, head + line('10.91.0.1:7001 10.91.0.2:50528'), none],
  [
    'the right one after another one',
    ipv4,
    head + line('10.91.0.1:7000 10.91.0.3:50528', 'ESTAB', 'lastack:4 ') + line(plain),
    acked,
  ],
  ['two of the same', ipv4, head + line(plain) + line(plain), none],
  ['no age', ipv4, head + line(plain, 'ESTAB', ''), { kind: 'not-told' }],
  ['an age that is no number', ipv4, line(plain, 'ESTAB', 'lastack:x '), { kind: 'not-told' }],
]

test('when the caller acknowledged last', async (t) => {
  for (const [name, connection, text, expected] of rows) {
    t.same(readLastAck(connection, text), expected, name)
  }
})

test('a connection that is looked at when the budget ends was not asked', async (t) => {
  const stdout = head + line(plain)
  const stop = new AbortController()
  const asked: string[] = []
  const look = {
    clock: {
      nowMs: () => 0,
      wallTime: () => '',
      // The budget ends while it waits for a younger acknowledgement.
      wait: async () => {
        stop.abort()
        await Promise.resolve()
      },
    },
    run: async (tool: string) => {
      asked.push(tool)
      return await Promise.resolve({ kind: 'exited', code: 0, stdout, stderr: '' } as const)
    },
    signal: stop.signal,
    sinceMs: 0,
    oldEntries: createOldEntries(),
    knock: async () => await Promise.resolve(false),
  }
  t.equal(await askConnection(look, ipv4), 'not-run')
  t.same(asked, ['ss'])
  t.equal(await askConnection(look, ipv4), 'not-run', 'nor when it has ended before')
  t.same(asked, ['ss'])
})
