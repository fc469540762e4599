import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'tap'
import { watchIdentification } from '../../agent/suspect/banner.ts'
import { startRawHost } from '../fixtures/raw-host.ts'

const seen = async (t: Parameters<typeof startRawHost>[0], text: string): Promise<number> => {
  const { port } = await startRawHost(t, (socket) => socket.end(text))
  const socket = connect(port, '127.0.0.1')
  let calls = 0
  watchIdentification(socket, () => (calls += 1))
  await once(socket, 'close')
  return calls
}

test('an identification is a line that begins with SSH-', async (t) => {
  const rows: readonly (readonly [string, string, number])[] = [
    ['at once', 'SSH-2.0-x\r\n', 1],
    ['and only the first counts', 'SSH-2.0-x\r\nSSH-2.0-y\r\n', 1],
    ['after other lines', 'hello\nSSH-2.0-x\r\n', 1],
    ['behind more than is kept', `${'y'.repeat(9000)}\nSSH-2.0-x\r\n`, 1],
    ['not within a line', 'this is no SSH-2.0-x\r\n', 0],
    ['not with nothing', '', 0],
  ]
  for (const [sentence, text, calls] of rows) t.equal(await seen(t, text), calls, sentence)
})
