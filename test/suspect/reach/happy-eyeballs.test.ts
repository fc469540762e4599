import { test } from 'tap'
import { silenceFloorMs } from '../../../agent/suspect/reach/dial.ts'
import { race, withoutConnection } from '../../../agent/suspect/reach/happy-eyeballs.ts'
import { closedPort, startRawHost, startSilentPort } from '../../fixtures/servers/raw-host.ts'
import { createWallClock } from '../../fixtures/worlds/wall-clock.ts'

const signal = new AbortController().signal
const clock = createWallClock()
const fast = createWallClock(20)
const windowMs = silenceFloorMs + 100

test('the first address wins without a try at the others', async (t) => {
  const first = await startRawHost(t, (socket) => socket.resume())
  const second = await startRawHost(t, (socket) => socket.resume(), {
    host: '127.0.0.2',
    port: first.port,
  })
  const won = await race(['127.0.0.1', '127.0.0.2'], first.port, windowMs, { clock, signal })
  t.match(won, { kind: 'connected', address: '127.0.0.1' })
  t.equal(second.sockets.length, 0)
  if (won.kind === 'connected') won.socket.destroy()
})

test('a refusal at one address does not keep another from winning', async (t) => {
  const { port } = await startRawHost(t, (socket) => socket.resume(), { host: '127.0.0.2' })
  const won = await race(['127.0.0.1', '127.0.0.2'], port, windowMs, { clock, signal })
  t.match(won, { kind: 'connected', address: '127.0.0.2' })
  if (won.kind === 'connected') won.socket.destroy()
})

test('silence at the first address does not keep another from winning', async (t) => {
  const port = await startSilentPort(t)
  await startRawHost(t, (socket) => socket.resume(), { host: '127.0.0.2', port })
  const won = await race(['127.0.0.1', '127.0.0.2'], port, 60_000, { clock, signal })
  t.match(won, { kind: 'connected', address: '127.0.0.2' })
  if (won.kind === 'connected') won.socket.destroy()
})

test('of two connections at the same moment one is kept and the other is closed', async (t) => {
  const first = await startRawHost(t, (socket) => socket.resume(), { host: '127.0.0.2' })
  const closed = new Promise<void>((resolve) => {
    void startRawHost(
      t,
      (socket) => {
        socket.resume()
        socket.on('close', resolve)
      },
      { host: '127.0.0.3', port: first.port },
    )
  })
  const addresses = ['127.0.0.1', '127.0.0.2', '127.0.0.3']
  const won = await race(addresses, first.port, windowMs, { clock, signal })
  t.match(won, { kind: 'connected', address: '127.0.0.2' })
  await closed
  if (won.kind === 'connected') won.socket.destroy()
})

test('one refusal among silent addresses is an answer of the suspect', async (t) => {
  const port = await startSilentPort(t)
  const answered = await race(['127.0.0.1', '127.0.0.2'], port, windowMs, { clock: fast, signal })
  t.strictSame(answered, {
    kind: 'answered',
    address: '127.0.0.2',
    because: 'connection-refused',
  })
  const alone = await race(['127.0.0.1'], await closedPort(), windowMs, { clock, signal })
  t.match(alone, { kind: 'answered', because: 'connection-refused' })
})

test('no contact names what each address did', async (t) => {
  const port = await startSilentPort(t)
  const addresses = ['127.0.0.1', 'fe80::1%nosuchif0']
  const ended = await race(addresses, port, windowMs, { clock: fast, signal })
  t.strictSame(ended, {
    kind: 'no-contact',
    dials: [
      { address: '127.0.0.1', tcp: 'silent' },
      { address: 'fe80::1%nosuchif0', tcp: 'own-trouble' },
    ],
  })
  const short = await race(['127.0.0.1'], port, 1000, { clock: fast, signal })
  t.strictSame(short, { kind: 'no-contact', dials: [{ address: '127.0.0.1', tcp: 'not-run' }] })
})

test('an abort ends all dials, and none of them is silence', async (t) => {
  const port = await startSilentPort(t)
  const stop = new AbortController()
  const racing = race(['127.0.0.1', '127.0.0.2'], port, windowMs, { clock, signal: stop.signal })
  stop.abort()
  t.strictSame(await racing, {
    kind: 'no-contact',
    dials: [
      { address: '127.0.0.1', tcp: 'not-run' },
      { address: '127.0.0.2', tcp: 'not-run' },
    ],
  })
})

test('no address at all is no contact with nobody', async (t) => {
  t.strictSame(await race([], 22, windowMs, { clock, signal }), { kind: 'no-contact', dials: [] })
})

test('what no connection means, row by row', async (t) => {
  const ms = 4000
  const silent = { kind: 'silent', ms } as const
  const addresses = ['10.0.0.1', '10.0.0.2']
  t.match(withoutConnection(addresses, [silent, { kind: 'reset', ms }]), {
    kind: 'answered',
    address: '10.0.0.2',
    because: 'connection-reset',
  })
  t.match(
    withoutConnection(addresses, [
      { kind: 'reset', ms },
      { kind: 'refused', ms },
    ]),
    {
      because: 'connection-refused',
    },
  )
  t.match(withoutConnection(addresses, [silent, { kind: 'host-unreachable', ms }]), {
    dials: [{ tcp: 'silent' }, { tcp: 'no-neighbour-or-icmp' }],
  })
  t.match(
    withoutConnection(addresses, [silent]),
    { dials: [{ tcp: 'silent' }, { tcp: 'not-run' }] },
    'an address without an outcome is not silent',
  )
})
