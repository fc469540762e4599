import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'tap'
import { watchIdentification } from '../../../agent/suspect/login/identification.ts'
import { startRawHost } from '../../fixtures/servers/raw-host.ts'

const seen = async (
  t: Parameters<typeof startRawHost>[0],
  ...texts: readonly string[]
): Promise<readonly string[]> => {
  const say = async (socket: Socket): Promise<void> => {
    socket.setNoDelay()
    for (const text of texts) {
      socket.write(text)
      await sleep(5)
    }
    socket.end()
  }
  const { port } = await startRawHost(t, (socket) => void say(socket))
  const socket = connect(port, '127.0.0.1')
  const calls: string[] = []
  watchIdentification(
    socket,
    () => calls.push('identified'),
    () => calls.push('too long'),
  )
  await once(socket, 'close')
  return calls
}

test('an identification is a line that begins with SSH-', async (t) => {
  const identified = ['identified']
  const rows: readonly (readonly [string, string, readonly string[]])[] = [
    ['at once', 'SSH-2.0-x\r\n', identified],
    ['and only the first counts', 'SSH-2.0-x\r\nSSH-2.0-y\r\n', identified],
    ['after other lines', 'hello\nSSH-2.0-x\r\n', identified],
    ['after many other lines', `${'y'.repeat(9000)}\nSSH-2.0-x\r\n`, identified],
    ['before much else', `SSH-2.0-x\r\n${'y'.repeat(60_000)}`, identified],
    ['not within a line', 'this is no SSH-2.0-x\r\n', []],
    ['not with nothing', '', []],
  ]
  for (const [sentence, text, calls] of rows) t.strictSame(await seen(t, text), calls, sentence)
  t.strictSame(await seen(t, 'hello\nSS', 'H-2.0-x\r\n'), identified, 'in two pieces')
  t.strictSame(await seen(t, ...'hello\nSSH-2.0-x\r\n'.split('')), identified, 'in many pieces')
})

test('a greeting has an end', async (t) => {
  const line = `${'y'.repeat(1023)}\n`
  t.strictSame(await seen(t, line.repeat(64)), [], 'as much as is taken')
  t.strictSame(await seen(t, line.repeat(64), '.'), ['too long'])
  t.strictSame(await seen(t, line.repeat(65), 'SSH-2.0-x\r\n'), ['too long'], 'and once is enough')
})
