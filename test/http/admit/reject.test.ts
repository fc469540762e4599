import { Socket } from 'node:net'
import { test } from 'tap'
import { refusalOfError, rejectSocket } from '../../../agent/http/admit/reject.ts'
import { makeLog } from '../../../agent/journal/log.ts'

const error = (part: object): Parameters<typeof refusalOfError>[0] =>
  Object.assign(new Error('planted'), { code: '', ...part })

test('every error of the framework has its code', async (t) => {
  const rows: readonly (readonly [string, object, string])[] = [
    ['a body too large', { code: 'FST_ERR_CTP_BODY_TOO_LARGE' }, 'FENCE_BODY_TOO_LARGE'],
    ['a wrong content type', { code: 'FST_ERR_CTP_INVALID_MEDIA_TYPE' }, 'FENCE_CONTENT_TYPE'],
    ['broken JSON', { code: 'FST_ERR_CTP_INVALID_JSON_BODY' }, 'FENCE_BODY_NOT_JSON'],
    ['an empty body', { code: 'FST_ERR_CTP_EMPTY_JSON_BODY' }, 'FENCE_BODY_NOT_JSON'],
    [
      'another fault of the caller',
      { code: 'FST_OTHER', statusCode: 400 },
      'FENCE_REQUEST_MALFORMED',
    ],
    ['a fault of ours', { code: 'FST_OTHER', statusCode: 500 }, 'FENCE_INTERNAL'],
    ['an error without a status', {}, 'FENCE_INTERNAL'],
    ['a status that is no error', { statusCode: 200 }, 'FENCE_INTERNAL'],
    ['a code that is a word of every object', { code: 'constructor' }, 'FENCE_INTERNAL'],
    ['a schema fault without details', { validation: [] }, 'FENCE_FIELD_INVALID'],
  ]
  for (const [title, part, code] of rows) {
    const refusal = refusalOfError(error(part))
    t.equal(refusal.code, code, title)
    t.notMatch(refusal.rule, /planted/, title)
  }
})

/** A socket that keeps what it is told. */
const paper = (writable: boolean) => {
  const socket = new Socket()
  const told: string[] = []
  Object.defineProperty(socket, 'writable', { value: writable })
  socket.end = (text?: unknown) => {
    told.push(String(text))
    return socket
  }
  return { socket, told }
}

test('a socket that can be answered is answered', async (t) => {
  const counted: string[] = []
  const log = makeLog('silent', { write: () => undefined })
  const turningAway = { log, onRejected: (code: string) => void counted.push(code) }
  const rows: readonly (readonly [string | undefined, number])[] = [
    ['ERR_HTTP_REQUEST_TIMEOUT', 408],
    ['HPE_HEADER_OVERFLOW', 431],
    ['HPE_INVALID_METHOD', 400],
    [undefined, 400],
  ]
  for (const [code, status] of rows) {
    const { socket, told } = paper(true)
    rejectSocket(turningAway, error({ code }), socket)
    const [head = '', body = ''] = (told[0] ?? '').split('\r\n\r\n')
    t.match(head, new RegExp(`^HTTP/1\\.1 ${status} [A-Z].*\r\n`))
    t.match(head, `content-length: ${body.length}\r\n`)
    t.match(JSON.parse(body), { success: false, code: counted.at(-1) })
  }
  t.equal(counted.length, rows.length)
})

test('a socket that cannot be answered is left alone', async (t) => {
  const counted: string[] = []
  const log = makeLog('silent', { write: () => undefined })
  const turningAway = { log, onRejected: (code: string) => void counted.push(code) }
  const gone = paper(false)
  rejectSocket(turningAway, error({ code: 'HPE_INVALID_METHOD' }), gone.socket)
  const reset = paper(true)
  rejectSocket(turningAway, error({ code: 'ECONNRESET' }), reset.socket)
  t.same([...gone.told, ...reset.told, ...counted], [])
})
