import { once } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import type { ServerChannel } from 'ssh2'
import { test } from 'tap'
import { openOn, runOn, sessionOn } from '../../fixtures/servers/open-session.ts'
import { finish, startSuspectHost } from '../../fixtures/servers/suspect-host.ts'
import type { Shell } from '../../fixtures/servers/suspect-host.ts'

test('several commands share a session, and each has its own output and end', async (t) => {
  const { port } = await startSuspectHost(t, {
    shell: ({ channel, command }) => {
      setTimeout(
        () => {
          finish(channel, command, command.length)
        },
        command === 'slow' ? 200 : 0,
      )
    },
  })
  const session = await sessionOn(t, port)
  const ends = ['slow', 'a', 'bb', 'ccc'].map(async (line) => await runOn(session, line))
  const got = await Promise.all(ends)
  t.same(
    got.map((end) => [end.kind, end.stdout]),
    [
      ['exited', 'slow'],
      ['exited', 'a'],
      ['exited', 'bb'],
      ['exited', 'ccc'],
    ],
  )
  t.ok(session.isFit())
})

test('one that was cut off makes it unfit, and the others end as they do', async (t) => {
  const held: Shell[] = []
  const { port } = await startSuspectHost(t, {
    shell: (shell) => {
      if (shell.command === 'good') held.push(shell)
    },
  })
  const opened = await openOn(port)
  if (opened.kind === 'ended') throw new Error(opened.end)
  const { session, socket } = opened
  const good = runOn(session, 'good')
  const stalled = await runOn(session, 'stalled', '', { budgetMs: 300 })
  t.match(stalled, { kind: 'cut-off', end: 'late' })
  t.notOk(session.isFit())
  t.notOk(socket.destroyed, 'while another one runs')
  const closed = once(socket, 'close')
  for (const { channel } of held) finish(channel, 'fine')
  t.match(await good, { kind: 'exited', stdout: 'fine' })
  await closed
  await session.ended
})

test('a command that is granted after it was given up is not run', async (t) => {
  const held: Shell[] = []
  let grant: (() => ServerChannel) | undefined
  const { port } = await startSuspectHost(t, {
    onExec: (accept) => {
      if (held.length > 0) grant = accept
      else held.push({ channel: accept() } as Shell)
    },
  })
  const session = await sessionOn(t, port)
  const good = runOn(session, 'good')
  while (held.length === 0) await turn()
  t.match(await runOn(session, 'late', 'stdin', { budgetMs: 300 }), { end: 'exec-stalled' })
  const channel = grant?.()
  let heard = ''
  channel?.on('data', (chunk: Buffer) => (heard += chunk.toString()))
  if (channel !== undefined) await once(channel, 'close')
  t.equal(heard, '', 'and gets no stdin')
  for (const one of held) finish(one.channel, 'fine')
  t.match(await good, { kind: 'exited', stdout: 'fine' })
})

test('a channel that is refused says nothing about the session', async (t) => {
  let sessions = 0
  const { port } = await startSuspectHost(t, {
    onSession: (accept, reject) => {
      sessions += 1
      if (sessions === 1) {
        reject()
        return
      }
      accept().on('exec', (acceptExec) => {
        finish(acceptExec(), 'second')
      })
    },
  })
  const session = await sessionOn(t, port)
  t.match(await runOn(session, 'x'), { kind: 'cut-off', end: 'channel-refused' })
  t.ok(session.isFit())
  t.match(await runOn(session, 'x'), { kind: 'exited', stdout: 'second' })
})

test('an end of the connection is told to whoever waits for it', async (t) => {
  const host = await startSuspectHost(t)
  const session = await sessionOn(t, host.port)
  for (const socket of host.sockets) socket.destroy()
  await session.ended
  t.notOk(session.isFit())
})
