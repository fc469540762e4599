/**
 * Every way of asking wrongly that we could think of: what it is told, and that nothing was done.
 */
import { test } from 'tap'
import type { InjectOptions } from 'fastify'
import { command, fenceUrl, openServer } from '../fixtures/servers/agent-server.ts'
import { vmHex } from '../fixtures/values/fence-records.ts'

const json = { 'content-type': 'application/json' }
const body = (part: object): InjectOptions => ({ payload: command(part) })
const raw = (payload: string, headers: Record<string, string> = json): InjectOptions => ({
  payload,
  headers,
})
const without = (field: string): InjectOptions => {
  const { [field]: _left, ...rest } = command() as Record<string, unknown>
  return { payload: rest }
}

const missing = 'FENCE_FIELD_MISSING'
const invalid = 'FENCE_FIELD_INVALID'
const noJson = 'FENCE_BODY_NOT_JSON'
const own = 'FENCE_TARGET_IS_OWN_HOST'
const contentType = 'FENCE_CONTENT_TYPE'

type Row = readonly [string, InjectOptions, number, string, string]
const rows: readonly Row[] = [
  ['a body without vmUuid', without('vmUuid'), 400, missing, 'vmUuid'],
  ['a body without targetHostIp', without('targetHostIp'), 400, missing, 'targetHostIp'],
  ['an empty object', { payload: {} }, 400, missing, 'vmUuid'],
  ['a null vmUuid', body({ vmUuid: null }), 400, invalid, 'vmUuid'],
  ['a number for vmUuid', body({ vmUuid: 7 }), 400, invalid, 'vmUuid'],
  ['a list for vmUuid', body({ vmUuid: [vmHex] }), 400, invalid, 'vmUuid'],
  ['an empty vmUuid', body({ vmUuid: '' }), 400, invalid, 'vmUuid'],
  ['a vmUuid of 31 digits', body({ vmUuid: vmHex.slice(1) }), 400, invalid, 'vmUuid'],
  ['a vmUuid of 33 digits', body({ vmUuid: `${vmHex}0` }), 400, invalid, 'vmUuid'],
  ['a vmUuid with a newline behind it', body({ vmUuid: `${vmHex}\n` }), 400, invalid, 'vmUuid'],
  ['a vmUuid with a newline before it', body({ vmUuid: `\n${vmHex}` }), 400, invalid, 'vmUuid'],
  ['a wildcard for vmUuid', body({ vmUuid: '*' }), 400, invalid, 'vmUuid'],
  ['a regular expression for vmUuid', body({ vmUuid: '.'.repeat(32) }), 400, invalid, 'vmUuid'],
  ['shell text for vmUuid', body({ vmUuid: '$(reboot)' }), 400, invalid, 'vmUuid'],
  ['an option for vmUuid', body({ vmUuid: '--all' }), 400, invalid, 'vmUuid'],
  ['a vmUuid of full-width digits', body({ vmUuid: '０'.repeat(32) }), 400, invalid, 'vmUuid'],
  ['a vmUuid with a NUL', body({ vmUuid: `${vmHex}\0` }), 400, invalid, 'vmUuid'],
  ['a null targetHostIp', body({ targetHostIp: null }), 400, invalid, 'targetHostIp'],
  ['an empty targetHostIp', body({ targetHostIp: '' }), 400, invalid, 'targetHostIp'],
  [
    'an IPv4 address out of range',
    body({ targetHostIp: '192.0.2.256' }),
    400,
    invalid,
    'targetHostIp',
  ],
  [
    'an IPv4 address with leading zeros',
    body({ targetHostIp: '192.000.002.007' }),
    400,
    invalid,
    'targetHostIp',
  ],
  [
    'an IPv4 address as one number',
    body({ targetHostIp: '2130706433' }),
    400,
    invalid,
    'targetHostIp',
  ],
  [
    'an IPv4 address in hexadecimal',
    body({ targetHostIp: '0x7f000001' }),
    400,
    invalid,
    'targetHostIp',
  ],
  [
    'an IPv6 address in brackets',
    body({ targetHostIp: '[2001:db8::7]' }),
    400,
    invalid,
    'targetHostIp',
  ],
  [
    'an IPv6 address with two gaps',
    body({ targetHostIp: '2001::db8::7' }),
    400,
    invalid,
    'targetHostIp',
  ],
  ['an address with a port', body({ targetHostIp: '192.0.2.7:22' }), 400, invalid, 'targetHostIp'],
  [
    'an address with a user',
    body({ targetHostIp: 'root@192.0.2.7' }),
    400,
    invalid,
    'targetHostIp',
  ],
  [
    'an ssh option for an address',
    body({ targetHostIp: '-oProxyCommand=id' }),
    400,
    invalid,
    'targetHostIp',
  ],
  [
    'shell text for an address',
    body({ targetHostIp: '192.0.2.7;id' }),
    400,
    invalid,
    'targetHostIp',
  ],
  [
    'an address with a newline',
    body({ targetHostIp: '192.0.2.7\n' }),
    400,
    invalid,
    'targetHostIp',
  ],
  [
    'a name that is too long',
    body({ targetHostIp: 'a.'.repeat(130) }),
    400,
    invalid,
    'targetHostIp',
  ],
  [
    'a text for targetHostAddresses',
    body({ targetHostAddresses: '192.0.2.8' }),
    400,
    invalid,
    'targetHostAddresses',
  ],
  [
    'a number among targetHostAddresses',
    body({ targetHostAddresses: [7] }),
    400,
    invalid,
    'targetHostAddresses',
  ],
  [
    'a null among targetHostAddresses',
    body({ targetHostAddresses: [null] }),
    400,
    invalid,
    'targetHostAddresses',
  ],
  [
    'nine further addresses',
    body({ targetHostAddresses: [1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `10.0.0.${n}`) }),
    400,
    invalid,
    'targetHostAddresses',
  ],
  [
    'a further address twice',
    body({ targetHostAddresses: ['10.0.0.1', '10.0.0.1'] }),
    400,
    invalid,
    'targetHostAddresses',
  ],
  [
    'a further address that is none',
    body({ targetHostAddresses: ['*'] }),
    400,
    invalid,
    'targetHostAddresses',
  ],
  ['a number for targetHostUuid', body({ targetHostUuid: 7 }), 400, invalid, 'targetHostUuid'],
  [
    'a targetHostUuid with a newline',
    body({ targetHostUuid: 'a\n' }),
    400,
    invalid,
    'targetHostUuid',
  ],
  [
    'a targetHostUuid that is too long',
    body({ targetHostUuid: 'a'.repeat(65) }),
    400,
    invalid,
    'targetHostUuid',
  ],
  ['an empty user name', body({ targetHostUsername: '' }), 400, invalid, 'targetHostUsername'],
  [
    'a user name with a dash in front',
    body({ targetHostUsername: '-l' }),
    400,
    invalid,
    'targetHostUsername',
  ],
  [
    'a user name with a space',
    body({ targetHostUsername: 'a b' }),
    400,
    invalid,
    'targetHostUsername',
  ],
  [
    'a user name of 129 letters',
    body({ targetHostUsername: 'a'.repeat(129) }),
    400,
    invalid,
    'targetHostUsername',
  ],
  ['a null user name', body({ targetHostUsername: null }), 400, invalid, 'targetHostUsername'],
  ['a number for a password', body({ targetHostPassword: 7 }), 400, invalid, 'targetHostPassword'],
  [
    'a password with a NUL',
    body({ targetHostPassword: 'a\0b' }),
    400,
    invalid,
    'targetHostPassword',
  ],
  [
    'a password of 1025 characters',
    body({ targetHostPassword: 'a'.repeat(1025) }),
    400,
    invalid,
    'targetHostPassword',
  ],
  [
    'a key of more than 16 KiB',
    body({ targetHostPrivateKey: 'a'.repeat(16_385) }),
    400,
    invalid,
    'targetHostPrivateKey',
  ],
  ['port 0', body({ targetHostSshPort: 0 }), 400, invalid, 'targetHostSshPort'],
  ['port 65536', body({ targetHostSshPort: 65_536 }), 400, invalid, 'targetHostSshPort'],
  ['a port as text', body({ targetHostSshPort: '22' }), 400, invalid, 'targetHostSshPort'],
  ['half a port', body({ targetHostSshPort: 22.5 }), 400, invalid, 'targetHostSshPort'],
  ['no time', body({ sshTimeoutSec: 0 }), 400, invalid, 'sshTimeoutSec'],
  ['negative time', body({ sshTimeoutSec: -1 }), 400, invalid, 'sshTimeoutSec'],
  ['more than five minutes', body({ sshTimeoutSec: 301 }), 400, invalid, 'sshTimeoutSec'],
  ['a time as text', body({ sshTimeoutSec: '20' }), 400, invalid, 'sshTimeoutSec'],
  [
    'a time beyond all numbers',
    raw(`{"vmUuid":"${vmHex}","targetHostIp":"192.0.2.7","sshTimeoutSec":1e999}`),
    400,
    invalid,
    'sshTimeoutSec',
  ],
  ['true for a time', body({ sshTimeoutSec: true }), 400, invalid, 'sshTimeoutSec'],
  ['a list for a body', raw('[]'), 400, invalid, 'body'],
  ['a text for a body', raw('"x"'), 400, invalid, 'body'],
  ['null for a body', raw('null'), 400, invalid, 'body'],
  ['half a body', raw('{"vmUuid":'), 400, noJson, ''],
  ['no JSON', raw('vmUuid=1'), 400, noJson, ''],
  ['two bodies', raw('{}{}'), 400, noJson, ''],
  ['an empty body that claims to be JSON', raw(''), 400, noJson, ''],
  [
    'a body that sets a prototype',
    raw(`{"vmUuid":"${vmHex}","targetHostIp":"192.0.2.7","__proto__":{}}`),
    400,
    noJson,
    '',
  ],
  ['no body', {}, 400, invalid, 'body'],
  [
    'a form',
    raw('vmUuid=1', { 'content-type': 'application/x-www-form-urlencoded' }),
    415,
    contentType,
    '',
  ],
  ['plain text', raw('{}', { 'content-type': 'text/plain' }), 415, contentType, ''],
  ['XML', raw('<a/>', { 'content-type': 'application/xml' }), 415, contentType, ''],
  ['a content type that is none', raw('{}', { 'content-type': ';;' }), 415, contentType, ''],
  [
    'a body of more than 64 KiB',
    body({ more: 'x'.repeat(65_536) }),
    413,
    'FENCE_BODY_TOO_LARGE',
    '',
  ],
  ['a suspect on loopback', body({ targetHostIp: '127.0.0.1' }), 403, own, 'targetHostIp'],
  [
    'a suspect with an address of ours',
    body({ targetHostIp: '198.51.100.1' }),
    403,
    own,
    'targetHostIp',
  ],
  [
    'a further address of ours',
    body({ targetHostAddresses: ['2001:db8:0::1'] }),
    403,
    own,
    'targetHostAddresses',
  ],
  ['a suspect of our name', body({ targetHostIp: 'peer-1' }), 403, own, 'targetHostIp'],
  [
    'a suspect of our uuid',
    body({ targetHostUuid: '0000AAAA-0000-BBBB-0000-CCCC0000DDDD' }),
    403,
    own,
    'targetHostUuid',
  ],
  ['GET', { method: 'GET' }, 405, 'FENCE_METHOD_NOT_ALLOWED', ''],
  ['PUT', { method: 'PUT', ...body({}) }, 405, 'FENCE_METHOD_NOT_ALLOWED', ''],
  [
    'DELETE with a slash behind',
    { method: 'DELETE', url: `${fenceUrl}/` },
    405,
    'FENCE_METHOD_NOT_ALLOWED',
    '',
  ],
  ['another path', { url: '/ha/fence/vm', ...body({}) }, 404, 'FENCE_NO_SUCH_PATH', ''],
  [
    'the path in capitals',
    { url: fenceUrl.toUpperCase(), ...body({}) },
    404,
    'FENCE_NO_SUCH_PATH',
    '',
  ],
  ['the root', { method: 'GET', url: '/' }, 404, 'FENCE_NO_SUCH_PATH', ''],
  [
    'a path that cannot be decoded',
    { method: 'GET', url: '/%zz' },
    400,
    'FENCE_REQUEST_MALFORMED',
    '',
  ],
]

test(`${rows.length} ways of asking wrongly`, async (t) => {
  const { server, calls, lines } = openServer()
  for (const [title, options, status, code, field] of rows) {
    const answer = await server.inject({ method: 'POST', url: fenceUrl, ...options })
    t.equal(answer.statusCode, status, title)
    t.match(
      answer.json(),
      {
        success: false,
        qemuConfirmedDead: false,
        qemuStillAlive: false,
        targetHostUnreachable: false,
        code,
        field,
        rule: /./,
        error: new RegExp(`^${code}: `),
      },
      title,
    )
    t.match(answer.headers['content-type'], /^application\/json; charset=utf-8$/, title)
    t.equal(calls.length, 0, `${title}: the use case was never called`)
    t.match(lines.at(-1), /request turned away/, title)
  }
  t.equal(lines.length, rows.length, 'one log line each')
})

test('what a wrong method may be is told', async (t) => {
  const { server } = openServer()
  t.equal((await server.inject({ method: 'GET', url: fenceUrl })).headers.allow, 'POST')
  t.equal((await server.inject({ method: 'POST', url: '/healthz?x=1' })).headers.allow, 'GET, HEAD')
})

test('fields that nobody knows are ignored', async (t) => {
  const { server, calls } = openServer()
  const payload = command({ kvmHostAddons: {}, constructor: 'x', more: [null] })
  const answer = await server.inject({ method: 'POST', url: fenceUrl, payload })
  t.equal(answer.statusCode, 200)
  t.equal(calls.length, 1)
})
