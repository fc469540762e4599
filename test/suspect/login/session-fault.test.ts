import { test } from 'tap'
import type { SessionEnd } from '../../../agent/suspect/session-end.ts'
import { endOfClose, endOfError } from '../../../agent/suspect/login/session-fault.ts'
import type { LoginPhase } from '../../../agent/suspect/login/session-fault.ts'

test('errors of the client, by phase', async (t) => {
  type Row = readonly [string, LoginPhase, object, string, SessionEnd]
  const socket = { level: 'client-socket', code: 'ECONNRESET' }
  const rows: readonly Row[] = [
    ['a reset before the banner', 'banner', socket, '', 'connection-dropped'],
    ['a reset in the handshake', 'handshake', socket, '', 'connection-dropped'],
    ['a reset in the login', 'login', socket, '', 'login-cut-off'],
    [
      'an end before the banner',
      'banner',
      { level: 'protocol' },
      'Connection lost before handshake',
      'connection-dropped',
    ],
    ['a protocol error', 'banner', { level: 'protocol' }, 'other', 'handshake-failed'],
    ['junk', 'banner', {}, 'Header line too long', 'handshake-failed'],
    ['no common algorithm', 'handshake', { level: 'handshake' }, '', 'handshake-failed'],
    ['a disconnect in the handshake', 'handshake', { code: 2 }, '', 'handshake-failed'],
    ['all methods failed', 'login', { level: 'client-authentication' }, '', 'login-refused'],
    ['too many failures', 'login', { code: 2 }, 'Too many', 'login-refused'],
    ['a broken packet in the login', 'login', {}, 'Bad packet', 'login-cut-off'],
    ['a MAC error in the login', 'login', { level: 'protocol' }, '', 'login-cut-off'],
  ]
  for (const [sentence, phase, extra, message, end] of rows) {
    t.equal(endOfError(phase, Object.assign(new Error(message), extra)), end, sentence)
  }
})

test('a close without an error, by phase', async (t) => {
  t.equal(endOfClose('banner'), 'connection-dropped')
  t.equal(endOfClose('handshake'), 'connection-dropped')
  t.equal(endOfClose('login'), 'login-cut-off')
})
