import { Socket } from 'node:net'
import { test } from 'tap'
import {
  dial,
  dialWord,
  outcomeOfError,
  silenceFloorMs,
} from '../../../agent/suspect/reach/dial.ts'
import type { DialOutcome } from '../../../agent/suspect/reach/dial.ts'
import { closedPort, startRawHost, startSilentPort } from '../../fixtures/servers/raw-host.ts'
import { createWallClock } from '../../fixtures/worlds/wall-clock.ts'

const never = new AbortController().signal
const clock = createWallClock()
const fast = createWallClock(20)

test('a listening port connects, and a later reset of it ends nothing but the socket', async (t) => {
  let accept: (socket: Socket) => void = () => undefined
  const accepted = new Promise<Socket>((resolve) => (accept = resolve))
  const { port } = await startRawHost(t, (socket) => accept(socket))
  const outcome = await dial('127.0.0.1', port, 4000, { clock, signal: never })
  if (outcome.kind !== 'connected') throw new Error(`it said ${outcome.kind}`)
  t.equal(outcome.socket.destroyed, false)
  const closed = new Promise((resolve) => outcome.socket.on('close', resolve))
  // Nobody but the dial listens to its errors yet.
  ;(await accepted).resetAndDestroy()
  outcome.socket.resume()
  await closed
})

test('a closed port is refused: its kernel answered', async (t) => {
  const outcome = await dial('127.0.0.1', await closedPort(), 4000, { clock, signal: never })
  t.equal(outcome.kind, 'refused')
})

test('a port that drops SYNs is silent after a window of three SYNs, and not before', async (t) => {
  const port = await startSilentPort(t)
  const whole = await dial('127.0.0.1', port, silenceFloorMs, { clock: fast, signal: never })
  t.equal(whole.kind, 'silent')
  t.ok(whole.ms >= silenceFloorMs)
  const short = await dial('127.0.0.1', port, silenceFloorMs - 500, { clock: fast, signal: never })
  t.equal(short.kind, 'cut-short', 'a window without the third SYN is no silence')
})

test('a window that ends while this process was stalled does not overlook the answer', async (t) => {
  const { port } = await startRawHost(t, (socket) => socket.resume())
  // The clock says that the window is over as soon as it is asked, and no socket was read yet.
  const stalled = { ...clock, wait: () => Promise.resolve(), nowMs: jumping() }
  const outcome = await dial('127.0.0.1', port, 4000, { clock: stalled, signal: never })
  t.equal(outcome.kind, 'connected')
  if (outcome.kind === 'connected') outcome.socket.destroy()
})

const jumping = (): (() => number) => {
  let now = 0
  return () => (now += 10_000)
}

test('an abort cuts the dial short at once', async (t) => {
  const port = await startSilentPort(t)
  const stop = new AbortController()
  const dialling = dial('127.0.0.1', port, 60_000, { clock, signal: stop.signal })
  stop.abort()
  t.equal((await dialling).kind, 'cut-short')
  const after = await dial('127.0.0.1', port, 60_000, { clock, signal: stop.signal })
  t.equal(after.kind, 'cut-short', 'and a dial after it does not start')
})

test('what is wrong on our side is our own trouble', async (t) => {
  const within = { clock, signal: never }
  const noPort = await dial('127.0.0.1', 65_536, 4000, within)
  t.equal(noPort.kind, 'own-trouble', 'a port that does not exist')
  const noZone = await dial('fe80::1%nosuchif0', 22, 4000, within)
  t.equal(noZone.kind, 'own-trouble', 'a zone that does not exist')
  const broadcast = await dial('255.255.255.255', 22, 4000, within)
  t.equal(broadcast.kind, 'own-trouble', 'an address that no TCP may go to')
})

test('error codes, row by row', async (t) => {
  const rows: readonly (readonly [string, string, number, DialOutcome['kind']])[] = [
    ['a refusal is an answer', 'ECONNREFUSED', 1, 'refused'],
    ['a reset is an answer', 'ECONNRESET', 1, 'reset'],
    ['host unreachable is for the probes to explain', 'EHOSTUNREACH', 3060, 'host-unreachable'],
    ['host down is the same', 'EHOSTDOWN', 3060, 'host-unreachable'],
    ['a kernel that gave up after three SYNs saw silence', 'ETIMEDOUT', 7000, 'silent'],
    ['a kernel that gave up before saw too little', 'ETIMEDOUT', 3499, 'cut-short'],
    ['no route is ours', 'ENETUNREACH', 1, 'own-trouble'],
    ['no address is ours', 'EADDRNOTAVAIL', 1, 'own-trouble'],
    ['no permission is ours', 'EACCES', 1, 'own-trouble'],
    ['not permitted is ours', 'EPERM', 1, 'own-trouble'],
    ['no descriptor is ours', 'EMFILE', 1, 'own-trouble'],
    ['no descriptor in the whole system is ours', 'ENFILE', 1, 'own-trouble'],
    ['no such family is ours', 'EAFNOSUPPORT', 1, 'own-trouble'],
    ['an invalid argument is ours', 'EINVAL', 1, 'own-trouble'],
    ['a code that nobody knows is ours', 'EWHATEVER', 60_000, 'own-trouble'],
  ]
  for (const [sentence, code, ms, kind] of rows) {
    t.equal(outcomeOfError(Object.assign(new Error(code), { code }), ms).kind, kind, sentence)
  }
  t.equal(outcomeOfError(new Error('no code'), 60_000).kind, 'own-trouble', 'no code is ours')
})

test('only silence becomes the word for silence', async (t) => {
  const ms = 9000
  t.equal(dialWord({ kind: 'silent', ms }), 'silent')
  t.equal(dialWord({ kind: 'cut-short', ms }), 'not-run')
  t.equal(dialWord({ kind: 'own-trouble', ms }), 'own-trouble')
  t.equal(dialWord({ kind: 'host-unreachable', ms }), 'no-neighbour-or-icmp')
  t.equal(dialWord({ kind: 'connected', socket: new Socket(), ms }), undefined)
  t.equal(dialWord({ kind: 'refused', ms }), undefined)
  t.equal(dialWord({ kind: 'reset', ms }), undefined)
})
