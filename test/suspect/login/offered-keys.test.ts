import { connect } from 'node:net'
import { test } from 'tap'
import {
  gateOfType,
  offerBudgetMs,
  readOfferedKeys,
} from '../../../agent/suspect/login/offered-keys.ts'
import { closedPort, startRawHost, startSilentPort } from '../../fixtures/servers/raw-host.ts'
import { generateKey, startSuspectHost } from '../../fixtures/servers/suspect-host.ts'
import { createWallClock } from '../../fixtures/worlds/wall-clock.ts'

const read = async (port: number, speed = 1, signal = new AbortController().signal) => {
  const startMs = performance.now()
  const offer = await readOfferedKeys('127.0.0.1', port, { clock: createWallClock(speed), signal })
  return { offer, tookMs: (performance.now() - startMs) * speed }
}

test('every type of key comes, by one connection each, without a login', async (t) => {
  const keys = [generateKey('ed25519'), generateKey('ecdsa'), generateKey('rsa')] as const
  const [hostKey, ...furtherKeys] = keys
  const host = await startSuspectHost(t, { hostKey, furtherKeys })
  const { offer } = await read(host.port)
  t.strictSame(offer, { kind: 'offered', keys: keys.map(({ publicKey }) => publicKey) })
  t.strictSame(host.tried, [], 'nobody tried to log in')
  t.equal(host.sockets.length, 5)
})

test('a type that is not offered is no fault', async (t) => {
  const hostKey = generateKey('rsa')
  const host = await startSuspectHost(t, { hostKey })
  t.strictSame((await read(host.port)).offer, { kind: 'offered', keys: [hostKey.publicKey] })
})

test('a host that is not there, one that is silent, and a call that was cut', async (t) => {
  t.strictSame((await read(await closedPort())).offer, { kind: 'not-reached', how: 'refused' })
  const silent = await read(await startSilentPort(t), 10)
  t.match(silent.offer, { kind: 'not-reached', how: 'silent' })
  const cut = await read(1, 1, AbortSignal.abort())
  t.match(cut.offer, { kind: 'not-reached', how: 'cut-short' })
})

test('whoever answers and does not come to an end is broken, in bounded time', async (t) => {
  const identified = 'SSH-2.0-OpenSSH_9.2\r\n'
  const rows = [
    ['closes', 'connection-dropped', (socket) => socket.end()],
    ['says nothing', 'banner-stalled', () => undefined],
    ['stalls in the handshake', 'handshake-stalled', (socket) => socket.write(identified)],
    [
      'sends junk',
      'handshake-failed',
      (socket) => socket.write('HTTP/1.1 400 No\r\n'.repeat(9999)),
    ],
    [
      'sends junk after its name',
      'handshake-failed',
      (socket) => socket.write(`${identified}\0\0\0\x01junk`),
    ],
  ] as const satisfies readonly (readonly [string, string, Parameters<typeof startRawHost>[1]])[]
  for (const [title, end, serve] of rows) {
    const { port } = await startRawHost(t, serve)
    const { offer, tookMs } = await read(port, 10)
    t.strictSame(offer, { kind: 'broken', end }, title)
    t.ok(tookMs < offerBudgetMs + 2000, `${title}: ${tookMs}`)
  }
})

test('keys that came before it broke off are not all that it offers', async (t) => {
  let connections = 0
  const host = await startSuspectHost(t, {
    furtherKeys: [generateKey('rsa')],
    onConnection: (_connection, socket) => {
      connections += 1
      if (connections > 2) socket.destroy()
    },
  })
  t.match((await read(host.port)).offer, { kind: 'broken', end: 'connection-dropped' })
})

test('a host that takes its time for every type still ends within the budget', async (t) => {
  const host = await startSuspectHost(t)
  const slow = await startRawHost(t, (socket) => {
    setTimeout(() => {
      const upstream = connect(host.port, '127.0.0.1')
      upstream.on('error', () => undefined)
      socket.on('close', () => upstream.destroy())
      socket.pipe(upstream).pipe(socket)
    }, 550)
  })
  const { offer, tookMs } = await read(slow.port, 10)
  t.not(offer.kind, 'offered')
  t.ok(tookMs < offerBudgetMs + 4000, String(tookMs))
})

test('a key of another type than the one that was asked for is refused', async (t) => {
  const { gate, proven } = gateOfType('ssh-rsa', ['rsa-sha2-512'])
  t.equal(gate.refusalOf(generateKey().publicKey), 'handshake-failed')
  t.equal(gate.refusalOf(generateKey('rsa').publicKey), undefined)
  t.equal(proven(), undefined, 'seen is not proven')
})
