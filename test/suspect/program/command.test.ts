import { setTimeout as sleep } from 'node:timers/promises'
import type { ServerChannel } from 'ssh2'
import { test } from 'tap'
import type { CommandEnd } from '../../../agent/suspect/session-end.ts'
import { openOn, runOn, sessionOn } from '../../fixtures/servers/open-session.ts'
import type { SessionOptions } from '../../fixtures/servers/open-session.ts'
import { finish, startSuspectHost } from '../../fixtures/servers/suspect-host.ts'
import type { Shell, SuspectHostOptions } from '../../fixtures/servers/suspect-host.ts'

const bytesMax = 1024 * 1024
const lost = { kind: 'cut-off', end: 'contact-lost' } as const
const speed = 4

/** Calls back with the first bytes of stdin: by then the client follows the command. */
const onStdin = (then: (shell: Shell) => void) => (shell: Shell) => {
  shell.channel.once('data', () => {
    then(shell)
  })
}

test('commands that do not come to an end of their own', async (t) => {
  type Row = readonly [string, Partial<CommandEnd>, SuspectHostOptions, SessionOptions?]
  const rows: readonly Row[] = [
    [
      'no session channel',
      { kind: 'cut-off', end: 'channel-refused' },
      {
        onSession: (_accept, reject) => {
          reject()
        },
      },
    ],
    [
      'no answer to the request for a channel',
      { kind: 'cut-off', end: 'exec-stalled' },
      { onSession: () => undefined },
      { speed },
    ],
    [
      'no command',
      { kind: 'cut-off', end: 'exec-refused' },
      {
        onExec: (_accept, reject) => {
          reject()
        },
      },
    ],
    [
      'no answer to the command',
      { kind: 'cut-off', end: 'exec-stalled' },
      { onExec: () => undefined },
      { speed },
    ],
    [
      'no answer to the command within what is left of the budget',
      { kind: 'cut-off', end: 'exec-stalled' },
      { onExec: () => undefined },
      { speed, budgetMs: 4000 },
    ],
    [
      'a reset instead of an answer',
      lost,
      { onExec: (_a, _r, socket) => socket.resetAndDestroy() },
    ],
    ['a close instead of an answer', lost, { onExec: (_a, _r, socket) => socket.destroy() }],
    ['a close instead of a channel', lost, { onSession: (_a, _r, socket) => socket.end() }],
    ['a reset in the middle', lost, { shell: onStdin(({ socket }) => socket.resetAndDestroy()) }],
    ['a close in the middle', lost, { shell: onStdin(({ socket }) => socket.destroy()) }],
    [
      'a goodbye in the middle',
      lost,
      {
        shell: onStdin(({ channel, connection }) => {
          channel.write('a whole report, it seems\n', () => connection.end())
        }),
      },
    ],
    [
      'a channel that closes without an exit',
      lost,
      {
        shell: onStdin(({ channel }) => {
          channel.write('a whole report, it seems\n', () => channel.close())
        }),
      },
    ],
    ['an end of output without an exit', lost, { shell: onStdin(({ channel }) => channel.end()) }],
    [
      'a command that never ends',
      { kind: 'cut-off', end: 'late' },
      { shell: ({ channel }) => channel.write('still at it') },
      { speed, budgetMs: 6000 },
    ],
    [
      'output without end',
      { kind: 'cut-off', end: 'output-too-long' },
      {
        shell: onStdin(({ channel }) => {
          flood(channel)
        }),
      },
    ],
    [
      'errors without end',
      { kind: 'cut-off', end: 'output-too-long' },
      {
        shell: onStdin(({ channel }) => {
          channel.stderr.write(Buffer.alloc(bytesMax + 1))
        }),
      },
    ],
    [
      'too much output and then a good end',
      { kind: 'cut-off', end: 'output-too-long' },
      {
        shell: onStdin(({ channel }) => {
          finish(channel, 'x'.repeat(bytesMax + 1))
        }),
      },
    ],
  ]
  for (const [sentence, end, host, options] of rows) {
    const { port } = await startSuspectHost(t, host)
    const session = await sessionOn(t, port, options)
    t.match(await runOn(session, 'x', 'stdin\n', options), end, sentence)
  }
})

const flood = (channel: ServerChannel): void => {
  const chunk = Buffer.alloc(64 * 1024, 'x')
  const more = (): void => {
    if (channel.writable) channel.write(chunk, more)
  }
  more()
}

/** It keeps the connection and reads nothing more: no answer to a keepalive. */
const stopReading = (socket: Shell['socket']): void => {
  socket.pause()
  socket.removeAllListeners('data')
}

test('an sshd that falls silent while its kernel is there is waited for as long as its login was granted', async (t) => {
  const { port } = await startSuspectHost(t, {
    shell: onStdin(({ socket }) => {
      stopReading(socket)
    }),
  })
  const session = await sessionOn(t, port, { budgetMs: 5000 })
  const startMs = performance.now()
  t.match(await runOn(session, 'x', 'stdin\n'), lost)
  const tookMs = performance.now() - startMs
  t.ok(tookMs < 15_000, 'before the budget of 20 s ends')
  t.ok(tookMs > 4500, 'and later than a dead connection is told')
})

test('a suspect that had gone before is missed, too, and was not heard', async (t) => {
  const host = await startSuspectHost(t)
  const session = await sessionOn(t, host.port, { budgetMs: 3000 })
  for (const socket of host.sockets) stopReading(socket)
  t.match(await runOn(session, 'x'), { ...lost, wasHeard: false })
})

test('a kernel that acknowledges nothing any more was not heard', async (t) => {
  const host = await startSuspectHost(t, { onExec: () => undefined })
  const opened = await openOn(host.port)
  if (opened.kind === 'ended') throw new Error(opened.end)
  const running = runOn(opened.session, 'x')
  opened.socket.destroy(Object.assign(new Error('nothing came'), { code: 'ETIMEDOUT' }))
  t.match(await running, { kind: 'cut-off', end: 'kernel-silent', wasHeard: false })
})

test('a command may take all of the budget to start, where nobody says otherwise', async (t) => {
  const { port } = await startSuspectHost(t, {
    onExec: (accept) => {
      setTimeout(() => {
        finish(accept(), 'late')
      }, 600)
    },
  })
  const session = await sessionOn(t, port)
  const slow = { startWindowMs: undefined, speed: 20 }
  t.match(await runOn(session, 'x', '', slow), { kind: 'exited', stdout: 'late' })
  t.match(await runOn(session, 'x', '', { speed: 20 }), { kind: 'cut-off', end: 'exec-stalled' })
})

test('commands that end', async (t) => {
  type End = CommandEnd & { readonly stdout: string }
  type Row = readonly [string, End, (shell: Shell) => void]
  const exited = (code: number, stdout: string, stderrHead = ''): End => ({
    kind: 'exited',
    code,
    stdout,
    stderrHead,
  })
  const rows: readonly Row[] = [
    ['with code 0', exited(0, 'out', 'err'), ({ channel }) => finish(channel, 'out', 0, 'err')],
    [
      'with another code',
      exited(127, '', 'gone'),
      ({ channel }) => finish(channel, '', 127, 'gone'),
    ],
    [
      'by a signal',
      { kind: 'signalled', stdout: 'partial' },
      ({ channel }) => {
        channel.write('partial', () => {
          channel.exit('KILL')
          channel.end()
        })
      },
    ],
    [
      'with a child that keeps the output open',
      exited(0, 'out'),
      ({ channel }) => {
        channel.write('out', () => {
          channel.exit(0)
        })
      },
    ],
    [
      'and only the first of two ends counts',
      exited(1, 'out'),
      ({ channel }) => {
        channel.write('out', () => {
          channel.exit(1)
          channel.exit(0)
          channel.end()
        })
      },
    ],
    [
      'and the connection is cut right after it',
      exited(0, 'out'),
      ({ channel, socket }) => {
        channel.write('out', () => {
          channel.exit(0)
          socket.end()
        })
      },
    ],
    [
      'with bytes that are no text',
      exited(0, '\xff\xfe\x00\xc3'),
      ({ channel }) => {
        channel.write(Buffer.from([0xff, 0xfe, 0, 0xc3]), () => {
          channel.exit(0)
          channel.end()
        })
      },
    ],
    [
      'and of many errors only the first 4096 bytes are kept',
      exited(0, '', 'e'.repeat(4096)),
      ({ channel }) => finish(channel, '', 0, 'e'.repeat(10_000)),
    ],
  ]
  for (const [sentence, end, shell] of rows) {
    const { port } = await startSuspectHost(t, { shell: onStdin(shell) })
    const session = await sessionOn(t, port)
    t.strictSame(await runOn(session, 'x', 'stdin\n'), end, sentence)
  }
})

test('all of a long stdin arrives, and its end only with the command’s', async (t) => {
  const long = 'é'.repeat(2 * 1024 * 1024)
  const seen = { bytes: 0, hasEnded: false }
  const { port } = await startSuspectHost(t, {
    shell: ({ channel }) => {
      channel.on('end', () => (seen.hasEnded = true))
      channel.on('data', (chunk: Buffer) => {
        seen.bytes += chunk.length
        if (seen.bytes < Buffer.byteLength(long)) return
        void sleep(100).then(() => {
          finish(channel, seen.hasEnded ? 'stdin had ended' : 'stdin was open')
        })
      })
    },
  })
  const session = await sessionOn(t, port)
  t.match(await runOn(session, 'x', long), { kind: 'exited', stdout: 'stdin was open' })
})

test('one session runs one command after the other', async (t) => {
  const host = await startSuspectHost(t, {
    shell: ({ channel, command }) => {
      finish(channel, command)
    },
  })
  const session = await sessionOn(t, host.port)
  t.match(await runOn(session, 'first', ''), { kind: 'exited', stdout: 'first' })
  t.match(await runOn(session, 'second', ''), { kind: 'exited', stdout: 'second' })
  t.strictSame(host.commands, ['first', 'second'])
})

test('an abort ends a command at once, and starts none', async (t) => {
  const stop = new AbortController()
  const host = await startSuspectHost(t, {
    shell: () => {
      stop.abort()
    },
  })
  const session = await sessionOn(t, host.port)
  const aborted = { kind: 'cut-off', end: 'aborted' }
  t.match(await runOn(session, 'first', '', { signal: stop.signal }), aborted)
  t.match(await runOn(session, 'second', '', { signal: stop.signal }), aborted)
  t.strictSame(host.commands, ['first'])
})

test('a session that has ended runs nothing', async (t) => {
  const host = await startSuspectHost(t)
  const session = await sessionOn(t, host.port)
  session.close()
  t.match(await runOn(session, 'x', ''), lost)
})

test('bytes after their own end are the suspect’s fault and end nothing else', async (t) => {
  const { port } = await startSuspectHost(t, {
    shell: onStdin(({ channel, connection }) => {
      const { _protocol: protocol } = connection as unknown as {
        readonly _protocol: {
          readonly channelEOF: (id: number) => void
          readonly channelData: (id: number, bytes: Buffer) => void
          readonly channelExtData: (id: number, bytes: Buffer, type: number) => void
        }
      }
      const { id } = (channel as unknown as { readonly outgoing: { readonly id: number } }).outgoing
      protocol.channelEOF(id)
      protocol.channelExtData(id, Buffer.from('more'), 1)
      protocol.channelData(id, Buffer.from('more'))
    }),
  })
  const session = await sessionOn(t, port)
  t.match(await runOn(session, 'x', 'stdin\n'), lost)
})
