import ssh2 from 'ssh2'
import { test } from 'tap'
import {
  gateOfTypes,
  offerBudgetMs,
  readOfferedKeys,
} from '../../../agent/suspect/login/offered-keys.ts'
import type { AskedKeys } from '../../../agent/suspect/login/offered-keys.ts'
import { algorithmsByType } from '../../../agent/suspect/host-key/host-key.ts'
import { closedPort, startRawHost, startSilentPort } from '../../fixtures/servers/raw-host.ts'
import { generateKey, startSuspectHost } from '../../fixtures/servers/suspect-host.ts'
import { createWallClock } from '../../fixtures/worlds/wall-clock.ts'

const first = { knownTypes: [], fingerprint: undefined }
/** No key has it: each is asked for. */
const every = { ...first, fingerprint: 'SHA256:' }

const read = async (
  port: number,
  speed = 1,
  signal = new AbortController().signal,
  asked: AskedKeys = first,
) => {
  const startMs = performance.now()
  const within = { clock: createWallClock(speed), signal }
  const offer = await readOfferedKeys('127.0.0.1', port, within, asked)
  return { offer, tookMs: (performance.now() - startMs) * speed }
}

const signal = new AbortController().signal

test('one key comes by one connection, without a login: that of the type which is known, else of the first', async (t) => {
  const keys = [generateKey('ed25519'), generateKey('ecdsa'), generateKey('rsa')] as const
  const [hostKey, ...furtherKeys] = keys
  const host = await startSuspectHost(t, { hostKey, furtherKeys })
  t.strictSame((await read(host.port)).offer, { kind: 'offered', keys: [hostKey.publicKey] })
  t.equal(host.sockets.length, 1)
  const rsa = await read(host.port, 1, signal, { ...first, knownTypes: ['ssh-rsa'] })
  t.strictSame(rsa.offer, { kind: 'offered', keys: [keys[2].publicKey] })
  t.equal(host.sockets.length, 2)
  t.strictSame(host.tried, [], 'nobody tried to log in')
})

test('for a fingerprint every type of key is asked for in turn', async (t) => {
  const keys = [generateKey('ed25519'), generateKey('ecdsa'), generateKey('rsa')] as const
  const [hostKey, ...furtherKeys] = keys
  const host = await startSuspectHost(t, { hostKey, furtherKeys })
  const { offer } = await read(host.port, 1, signal, every)
  t.strictSame(offer, { kind: 'offered', keys: keys.map(({ publicKey }) => publicKey) })
  t.strictSame(host.tried, [], 'nobody tried to log in')
  t.equal(host.sockets.length, 4)
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
      if (connections > 1) socket.destroy()
    },
  })
  t.match((await read(host.port, 1, signal, every)).offer, {
    kind: 'broken',
    end: 'connection-dropped',
  })
})

test('a host that shows a key of each type is asked no further', async (t) => {
  const keys = [generateKey('ed25519'), generateKey('rsa')] as const
  const all = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521']
  t.same([...all, 'ssh-rsa'].toSorted(), Object.keys(algorithmsByType).toSorted())
  const further = [256, 384, 521].map((bits) => {
    const pair = ssh2.utils.generateKeyPairSync('ecdsa', { bits: bits as 256 })
    return { privateText: pair.private, publicText: pair.public, publicKey: Buffer.alloc(0) }
  })
  const host = await startSuspectHost(t, { hostKey: keys[0], furtherKeys: [keys[1], ...further] })
  t.match((await read(host.port, 1, signal, every)).offer, { kind: 'offered', keys: { length: 5 } })
  t.equal(host.sockets.length, 5)
})

test('a key of another type than the one that was asked for is refused', async (t) => {
  const { gate, proven } = gateOfTypes(['ssh-rsa', 'ssh-unheard-of'])
  t.same(gate.algorithms, ['rsa-sha2-512', 'rsa-sha2-256'])
  t.equal(gate.refusalOf(generateKey().publicKey), 'handshake-failed')
  t.equal(gate.refusalOf(generateKey('rsa').publicKey), undefined)
  t.equal(gate.refusalOf(Buffer.alloc(0)), 'handshake-failed')
  t.equal(proven(), undefined, 'seen is not proven')
})
