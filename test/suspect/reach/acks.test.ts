import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { test } from 'tap'
import type { Test } from 'tap'
import {
  goneMs,
  hexOf,
  readTable,
  unansweredOf,
  watchAcks,
} from '../../../agent/suspect/reach/acks.ts'
import type { ReadTable } from '../../../agent/suspect/reach/acks.ts'
import { startRawHost } from '../../fixtures/servers/raw-host.ts'
import { createSimClock } from '../../fixtures/worlds/sim-clock.ts'

const port = (text: number): string => text.toString(16).toUpperCase().padStart(4, '0')
const line = (local: number, remote: number, retransmissions: string, probes: number): string =>
  `   1: 0100007F:${port(local)} 0100007F:${port(remote)} 01 00000000:00000000 00:00000000 ${retransmissions}     0        ${probes} 1 1 0 20 0 0 10 -1`

const connected = async (t: Test, serve: (socket: Socket) => void = () => undefined) => {
  const host = await startRawHost(t, serve)
  const socket = connect(host.port, '127.0.0.1')
  t.teardown(() => socket.destroy())
  let error: unknown
  socket.on('error', (one) => {
    error = one
  })
  socket.on('data', () => undefined)
  await once(socket, 'connect')
  return { socket, remote: host.port, server: host.sockets, error: () => error }
}

/** Plays so many seconds in which the kernel counts so much at each look. */
const play = async (t: Test, counts: readonly string[]) => {
  const { socket, remote, error } = await connected(t)
  const clock = createSimClock()
  let looks = 0
  const read: ReadTable = async () => {
    const [retransmissions = '', probes = '0'] = (counts[looks] ?? '0').split('+')
    looks += 1
    const count = retransmissions.padStart(8, '0')
    return await Promise.resolve(line(socket.localPort ?? 0, remote, count, Number(probes)))
  }
  watchAcks(socket, clock, read)
  for (let seconds = 0; seconds < counts.length; seconds += 1) await clock.advance(1000)
  return { isDestroyed: socket.destroyed, error: error() }
}

test('a kernel that acknowledges nothing for seconds ends the connection, as ours would in minutes', async (t) => {
  t.match(await play(t, ['1', '3', '4', '4', '4']), {
    isDestroyed: true,
    error: { code: 'ETIMEDOUT' },
  })
  t.match(await play(t, ['0+1', '0+2', '0+3', '0+4', '0+5']), { isDestroyed: true })
  t.match(await play(t, ['A', 'A', 'A', 'A', 'A']), { isDestroyed: true })
})

test('what is answered in between, seldom missed, or not missed for long is alive', async (t) => {
  for (const counts of [
    ['1', '3', '4', '4'],
    ['1', '3', '0', '1', '3', '4', '4'],
    ['1', '1', '2', '2', '2', '2', '2'],
    ['0', '0', '0', '0', '0', '0', '0'],
  ]) {
    t.match(await play(t, counts), { isDestroyed: false, error: undefined }, counts.join(' '))
  }
  t.equal(goneMs, 4000)
})

test('whoever sends anything is there, and the table is not read', async (t) => {
  const { socket, server } = await connected(t)
  const clock = createSimClock()
  let reads = 0
  watchAcks(socket, clock, async () => {
    reads += 1
    return await Promise.resolve('')
  })
  for (let seconds = 0; seconds < 3; seconds += 1) {
    const came = once(socket, 'data')
    server[0]?.write('x')
    await came
    await clock.advance(1000)
  }
  t.equal(reads, 0)
  await clock.advance(1000)
  t.equal(reads, 1)
  socket.destroy()
  await once(socket, 'close')
  await clock.advance(5000)
  t.equal(reads, 1, 'a closed one is not looked at')
})

test('the real table has the connection, and another of the same port is not taken for it', async (t) => {
  const { socket, remote } = await connected(t)
  const local = socket.localPort ?? 0
  const table = await readTable('tcp')
  t.match(table, new RegExp(`0100007F:${port(local)} 0100007F:${port(remote)} 01 `))
  t.equal(unansweredOf(table, local, `${hexOf('127.0.0.1')}:${port(remote)}`), 0)
  const text = [line(local, remote + 1, '00000009', 0), line(local + 1, remote, '00000008', 0)]
  t.equal(unansweredOf(text.join('\n'), local, `0100007F:${port(remote)}`), 0)
  text.push(line(local, remote, '00000002', 1))
  t.equal(unansweredOf(text.join('\n'), local, `0100007F:${port(remote)}`), 3)
  t.equal(await readTable('nowhere' as 'tcp'), '')
})

test('an address is written as the kernel writes it', async (t) => {
  t.equal(hexOf('10.1.2.3'), '0302010A')
  t.equal(hexOf('::1'), '00000000000000000000000001000000')
  t.equal(hexOf('fe80::1:2%eth0'), '000080FE000000000000000002000100')
  t.equal(hexOf('fd00:1:2:3:4:5:6:7'), '010000FD030002000500040007000600')
})

test('over IPv6 the other table is read', async (t) => {
  const host = await startRawHost(t, () => undefined, { host: '::1' })
  const socket = connect(host.port, '::1')
  t.teardown(() => socket.destroy())
  await once(socket, 'connect')
  const clock = createSimClock()
  const read: string[] = []
  watchAcks(socket, clock, async (family) => {
    read.push(family)
    return await readTable(family)
  })
  await clock.advance(1000)
  await new Promise((resolve) => setImmediate(resolve))
  t.same(read, ['tcp6'])
  t.match(await readTable('tcp6'), hexOf('::1'))
})
