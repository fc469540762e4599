import { test } from 'tap'
import { openAnswersMax } from '../../../agent/http/limits.ts'
import { openServer } from '../../fixtures/servers/agent-server.ts'
import { rawClient } from '../../fixtures/servers/raw-http.ts'

const get = 'GET /version HTTP/1.1\r\nhost: x\r\n\r\n'

const last = get.replace('\r\n\r\n', '\r\nx-request-id: last\r\n\r\n')
const answers = (text: string): number => text.split('HTTP/1.1 200 ').length - 1

test('requests that are sent ahead are answered in order, up to a limit', async (t) => {
  const { addresses, close } = await openServer().open()
  const port = Number(new URL(addresses[0] ?? '').port)
  const few = await rawClient({ host: '127.0.0.1', port })
  few.socket.write(get.repeat(openAnswersMax - 1) + last)
  t.equal(answers(await few.received(/x-request-id: last/)), openAnswersMax)
  few.socket.write(get.repeat(openAnswersMax - 1) + last.replace('last', 'very-last'))
  t.equal(answers(await few.received(/x-request-id: very-last/)), 2 * openAnswersMax)
  few.socket.destroy()
  const many = await rawClient({ host: '127.0.0.1', port })
  many.socket.write(get.repeat(openAnswersMax * 4))
  const cut = await many.closed
  t.ok(answers(cut) <= openAnswersMax, 'and beyond it cut')
  await close()
})
