import { test } from 'tap'
import type { SessionEnd } from '../../../agent/suspect/session-end.ts'
import {
  endOfClose,
  endOfError,
  isWithoutKeyType,
  toldEnd,
} from '../../../agent/suspect/login/session-fault.ts'
import type { LoginPhase } from '../../../agent/suspect/login/session-fault.ts'

test('errors of the client, by phase', async (t) => {
  type Row = readonly [string, LoginPhase, object, string, SessionEnd]
  const socket = { level: 'client-socket', code: 'ECONNRESET' }
  const rows: readonly Row[] = [
    ['a reset before the banner', 'banner', socket, '', 'connection-dropped'],
    ['a reset in the handshake', 'handshake', socket, '', 'connection-dropped'],
    ['a reset in the login', 'login', socket, '', 'login-cut-off'],
    ...(['banner', 'handshake', 'login'] as const).map(
      (phase) => ['silence', phase, { ...socket, code: 'ETIMEDOUT' }, '', 'kernel-silent'] as const,
    ),
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

test('what sshd says before it closes tells penalty from load, and nothing else does', async (t) => {
  const rows: readonly (readonly [string, SessionEnd])[] = [
    ['Not allowed at this time\r\n', 'peer-penalised'],
    ['Exceeded MaxStartups\r\n', 'startups-exceeded'],
    ['hello\nExceeded MaxStartups\n', 'startups-exceeded'],
    ['', 'connection-dropped'],
    ['We are Not allowed at this time\r\n', 'connection-dropped'],
  ]
  for (const [greeting, end] of rows) t.equal(toldEnd('connection-dropped', greeting, ''), end)
  t.equal(toldEnd('handshake-failed', 'Exceeded MaxStartups\r\n', 'expired'), 'handshake-failed')
})

test('what PAM says before sshd closes tells a denied account from a cut', async (t) => {
  for (const banner of [
    'Your account has expired; please contact your system administrator.\n',
    '"System is going down. Unprivileged users are not permitted to log in anymore."\n',
    'Access denied\n',
  ]) {
    for (const end of ['login-cut-off', 'login-refused'] as const) {
      t.equal(toldEnd(end, '', banner), 'account-denied', banner)
    }
  }
  t.equal(toldEnd('login-cut-off', '', 'Authorized use only\n'), 'login-cut-off')
})

test('a negotiation without a common type of host key is known by the client’s words alone', async (t) => {
  t.ok(isWithoutKeyType(new Error('Handshake failed: no matching host key format')))
  t.notOk(isWithoutKeyType(new Error('Handshake failed: no matching key exchange algorithm')))
})
