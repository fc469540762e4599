import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { test } from 'tap'
import type { SessionEnd } from '../../../agent/suspect/session-end.ts'
import { openSession } from '../../../agent/suspect/login/open-session.ts'
import { openGate, openOn, sessionWithin, runOn } from '../../fixtures/servers/open-session.ts'
import type { SessionOptions } from '../../fixtures/servers/open-session.ts'
import { startRawHost } from '../../fixtures/servers/raw-host.ts'
import {
  finish,
  generateKey,
  grantUnasked,
  rekeyWith,
  sendDisconnect,
  startSuspectHost,
} from '../../fixtures/servers/suspect-host.ts'
import type { SuspectHostOptions } from '../../fixtures/servers/suspect-host.ts'

const endOf = async (port: number, options: SessionOptions = {}): Promise<SessionEnd | 'open'> => {
  const opened = await openOn(port, options)
  if (opened.kind === 'ended') return opened.end
  opened.session.close()
  return 'open'
}

const banner = 'SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n'
/** Four times the speed: the five seconds of a stalled phase take 1.25. */
const slow = { speed: 4, budgetMs: 6000 }

test('servers that are no sshd, or one in trouble', async (t) => {
  type Row = readonly [string, SessionEnd, (socket: Socket) => void, SessionOptions?]
  const rows: readonly Row[] = [
    ['accepts and says nothing', 'banner-stalled', () => undefined, slow],
    [
      'speaks, but not as sshd, then nothing',
      'banner-stalled',
      (socket) => socket.write('please wait\r\nNOT-SSH-2.0\r\n'),
      slow,
    ],
    [
      'identifies itself, then nothing',
      'handshake-stalled',
      (socket) => socket.write(banner),
      slow,
    ],
    [
      'identifies itself in pieces, after a greeting, then nothing',
      'handshake-stalled',
      (socket) => {
        socket.write('welcome\r\nSS', () => socket.write(banner.slice(2)))
      },
      slow,
    ],
    ['closes before a word', 'connection-dropped', (socket) => socket.end()],
    [
      'says that it has too many connections',
      'startups-exceeded',
      (socket) => socket.end('Exceeded MaxStartups\r\n'),
    ],
    [
      'says that this peer has to wait',
      'peer-penalised',
      (socket) => socket.end('Not allowed at this time\r\n'),
    ],
    [
      'is a web server',
      'connection-dropped',
      (socket) => socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'),
    ],
    [
      'resets before a word',
      'connection-dropped',
      (socket) => socket.once('data', () => socket.resetAndDestroy()),
    ],
    [
      'identifies itself and closes: ssh2 emits no error at all',
      'connection-dropped',
      (socket) => socket.end(banner),
    ],
    [
      'identifies itself and resets',
      'connection-dropped',
      (socket) => {
        socket.once('data', () => socket.resetAndDestroy())
        socket.write(banner)
      },
    ],
    [
      'sends nine thousand bytes without a line end',
      'handshake-failed',
      (socket) => socket.write('x'.repeat(9000)),
    ],
    [
      'greets without an end',
      'handshake-failed',
      (socket) => socket.write(`${'welcome'.repeat(100)}\r\n`.repeat(100)),
    ],
    [
      'identifies itself and goes on with junk',
      'handshake-failed',
      (socket) => socket.write(`${banner}${'\xff\x00'.repeat(400)}`, 'latin1'),
    ],
    ['speaks SSH 1', 'handshake-failed', (socket) => socket.write('SSH-1.5-OpenSSH_1.2.3\r\n')],
  ]
  for (const [sentence, end, serve, options] of rows) {
    const { port } = await startRawHost(t, serve)
    t.equal(await endOf(port, options), end, `a suspect that ${sentence}: ${end}`)
  }
})

test('an sshd that refuses or fails before the login', async (t) => {
  type Row = readonly [string, SessionEnd, SuspectHostOptions, SessionOptions?]
  const rows: readonly Row[] = [
    [
      'no common key exchange',
      'handshake-failed',
      { algorithms: { kex: ['diffie-hellman-group-exchange-sha256'] } },
    ],
    [
      'no common host key type',
      'handshake-failed',
      {},
      { hostKeys: { ...openGate, algorithms: ['rsa-sha2-512'] } },
    ],
    [
      'none of the types of host key that are known',
      'host-key-type',
      {},
      { hostKeys: { ...openGate, algorithms: ['rsa-sha2-512'], isPinned: true } },
    ],
    [
      'an account that PAM denies, with words of it',
      'account-denied',
      {
        banner: 'Your account has expired; please contact your system administrator.',
        login: (_context, socket) => socket.end(),
      },
    ],
    [
      'a key that the policy refuses',
      'host-key-changed',
      {},
      { hostKeys: { ...openGate, refusalOf: () => 'host-key-changed' } },
    ],
    [
      'a key that cannot be recorded',
      'host-key-unrecorded',
      {},
      { hostKeys: { ...openGate, admit: () => Promise.resolve('host-key-unrecorded') } },
    ],
    [
      'a record that breaks',
      'login-cut-off',
      {},
      { hostKeys: { ...openGate, admit: () => Promise.reject(new Error('the disk')) } },
    ],
    [
      'a login that nobody asked for yet',
      'login-unasked',
      { onConnection: grantUnasked },
      {
        hostKeys: {
          ...openGate,
          admit: () =>
            new Promise(() => {
              // The record is still on its way to the disk.
            }),
        },
      },
    ],
    ['the wrong password', 'login-refused', { login: (context) => context.reject() }],
    [
      'a disconnect after too many failures',
      'login-refused',
      {
        login: (_context, _socket, connection) => {
          sendDisconnect(connection)
        },
      },
    ],
    [
      'the login’s process is killed',
      'login-cut-off',
      { login: (_context, socket) => socket.destroy() },
    ],
    [
      'the login’s connection is reset',
      'login-cut-off',
      { login: (_context, socket) => socket.resetAndDestroy() },
    ],
    ['the login is never answered', 'login-stalled', { login: () => undefined }, slow],
    [
      'the password has expired',
      'password-expired',
      {
        login: (context) => {
          if (context.method === 'password')
            context.requestChange('new one, please', () => undefined)
        },
      },
    ],
  ]
  for (const [sentence, end, host, options] of rows) {
    const { port } = await startSuspectHost(t, host)
    t.equal(await endOf(port, options), end, `${sentence}: ${end}`)
  }
})

test('neither the budget nor an abort waits for a window', async (t) => {
  const silent = await startRawHost(t, () => undefined)
  t.equal(await endOf(silent.port, { budgetMs: 300 }), 'banner-stalled', 'the budget cuts a window')
  const stop = new AbortController()
  const opening = endOf(silent.port, { signal: stop.signal })
  setTimeout(() => {
    stop.abort()
  }, 50)
  t.equal(await opening, 'aborted')
  t.equal(await endOf(silent.port, { signal: AbortSignal.abort() }), 'aborted')
})

test('all that the budget holds is granted to an sshd that is slow in one phase', async (t) => {
  const ms = 14_000
  const options = { speed: 20, budgetMs: 20_000 }
  const lateMs = ms / options.speed
  const host = await startSuspectHost(t, {
    login: (context) => {
      setTimeout(() => {
        context.accept()
      }, lateMs)
    },
  })
  t.equal(await endOf(host.port, options), 'open', 'a directory that takes 14 s')
  const quick = await startSuspectHost(t)
  const lookup = await startRawHost(t, (socket) => {
    setTimeout(() => {
      const upstream = connect(quick.port, '127.0.0.1')
      upstream.on('error', () => undefined)
      socket.on('close', () => upstream.destroy())
      socket.pipe(upstream).pipe(socket)
    }, lateMs)
  })
  t.equal(await endOf(lookup.port, options), 'open', 'a look-up of our name that takes 14 s')
  t.equal(await endOf(lookup.port, { ...options, budgetMs: 14_000 }), 'banner-stalled')
})

test('a phase that comes too late for a run still ends inside the budget, in its own word', async (t) => {
  const { port } = await startRawHost(t, (socket) => socket.write(banner))
  const startMs = performance.now()
  t.equal(await endOf(port, { speed: 4, budgetMs: 8000 }), 'handshake-stalled')
  const tookMs = (performance.now() - startMs) * 4
  t.ok(tookMs < 8000, String(tookMs))
  t.ok(tookMs >= 7000 - 100, String(tookMs))
})

test('a kernel that gives up waiting is no sign of life', async (t) => {
  const host = await startSuspectHost(t, { login: () => undefined })
  const socket = connect(host.port, '127.0.0.1')
  await once(socket, 'connect')
  const plan = { user: 'root', credentials: { keys: [], password: 'x' }, hostKeys: openGate }
  const opened = await openSession(socket, plan, sessionWithin({}), (phase) => {
    if (phase !== 'login') return
    socket.destroy(Object.assign(new Error('nothing came'), { code: 'ETIMEDOUT' }))
  })
  t.match(opened, { kind: 'ended', end: 'kernel-silent' })
})

test('a socket that ended before the session is a dropped connection', async (t) => {
  const { port } = await startRawHost(t, () => undefined)
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.destroy()
  const plan = { user: 'root', credentials: { keys: [], password: 'x' }, hostKeys: openGate }
  const opened = await openSession(socket, plan, sessionWithin({}), () => undefined)
  t.match(opened, { kind: 'ended', end: 'connection-dropped', hostKey: undefined })
})

test('an algorithm that the client lacks is our own fault', async (t) => {
  const { port } = await startSuspectHost(t)
  const hostKeys = { ...openGate, algorithms: ['ssh-unheard-of' as 'ssh-rsa'] }
  t.equal(await endOf(port, { hostKeys }), 'client-unusable')
})

test('a login goes through its phases, and the socket closes with the session', async (t) => {
  const host = await startSuspectHost(t)
  const opened = await openOn(host.port)
  t.strictSame(opened.phases, ['banner', 'handshake', 'login'])
  t.strictSame(host.tried, ['password'], 'the none round is skipped')
  if (opened.kind === 'ended') throw new Error(opened.end)
  const [socket] = host.sockets
  if (socket === undefined) throw new Error('no socket')
  opened.session.close()
  await new Promise((resolve) => socket.on('close', resolve))
})

test('a suspect that does not let go of the connection loses it', async (t) => {
  const host = await startSuspectHost(t)
  const opened = await openOn(host.port)
  if (opened.kind === 'ended') throw new Error(opened.end)
  for (const socket of host.sockets) socket.pause()
  const closed = once(opened.socket, 'close')
  opened.session.close()
  opened.session.close()
  await closed
  const again = await runOn(opened.session, 'true')
  t.match(again, { kind: 'cut-off', end: 'contact-lost' })
})

test('a refused host key comes with the key that was shown', async (t) => {
  const host = await startSuspectHost(t)
  const hostKeys = { ...openGate, refusalOf: () => 'host-key-unknown' as const }
  const opened = await openOn(host.port, { hostKeys })
  if (opened.kind !== 'ended') throw new Error('it opened')
  t.equal(opened.hostKey?.equals(host.hostKey.publicKey), true)
  t.strictSame(host.tried, [], 'no credential has left')
})

test('a later key exchange has to show the same key', async (t) => {
  const asked: Buffer[] = []
  const hostKeys = {
    ...openGate,
    refusalOf: (key: Buffer) => {
      asked.push(key)
      return undefined
    },
  }
  const own = generateKey()
  const { port } = await startSuspectHost(t, {
    hostKey: own,
    shell: ({ channel, command, connection }) => {
      rekeyWith(connection, command === 'same' ? own : generateKey())
      connection.on('rekey', () => {
        finish(channel, 'after the key exchange')
      })
    },
  })
  const opened = await openOn(port, { hostKeys })
  if (opened.kind === 'ended') throw new Error(opened.end)
  t.match(await runOn(opened.session, 'same'), { kind: 'exited', code: 0 })
  const ended = await runOn(opened.session, 'other')
  t.match(ended, { kind: 'cut-off', end: 'contact-lost' })
  t.equal(asked.length, 1, 'and the policy is not asked again')
})
