import { createHash } from 'node:crypto'
import { createServer } from 'node:https'
import { test } from 'tap'
import { createListenerPolicy } from '../../../agent/http/admit/authenticate.ts'
import type { ListenerPolicy } from '../../../agent/http/admit/authenticate.ts'
import { listenAt } from '../../../agent/http/listen/listen.ts'
import { loopback } from '../../fixtures/servers/agent-server.ts'
import { createAuthority } from '../../fixtures/values/certificates.ts'
import { ask } from '../../fixtures/servers/https-caller.ts'

const unix = { kind: 'unix', path: '/run/x' } as const
const from = (allowFrom: readonly string[]): ListenerPolicy =>
  createListenerPolicy({ ...loopback, allowFrom }, {})
const request = (remoteAddress: string | undefined, authorization?: string) => ({
  socket: { remoteAddress },
  headers: authorization === undefined ? {} : { authorization },
})

test('who may come in by address, and as whom', async (t) => {
  const list = from(['192.0.2.0/24'])
  const rows: readonly (readonly [
    string,
    ListenerPolicy,
    string | undefined,
    string | undefined,
  ])[] = [
    ['anybody who reaches a policy without a list', from([]), '192.0.2.1', '192.0.2.1'],
    ['a caller in the list', list, '192.0.2.1', '192.0.2.1'],
    ['the same, as a dual-stack socket shows it', list, '::ffff:192.0.2.1', '192.0.2.1'],
    ['a caller outside of the list', list, '192.0.3.1', undefined],
    ['loopback, where the list does not hold it', list, '127.0.0.1', undefined],
    ['a socket that was reset and has no address', from([]), undefined, undefined],
    [
      'a unix socket, which never has one',
      createListenerPolicy({ ...loopback, at: unix }, {}),
      undefined,
      'unix',
    ],
  ]
  for (const [title, policy, address, askedBy] of rows) {
    const expected =
      askedBy === undefined
        ? { kind: 'refused', refusal: { code: 'FENCE_CALLER_NOT_ALLOWED' } }
        : { kind: 'admitted', askedBy }
    t.match(policy.admit(request(address)), expected, title)
    t.equal(policy.knows(address), askedBy !== undefined, title)
  }
})

test('all that is demanded has to hold', async (t) => {
  const sha256 = createHash('sha256').update('good').digest()
  const rule = { ...loopback, allowFrom: ['192.0.2.0/24'] }
  const policy = createListenerPolicy(rule, { tokens: [{ name: 'mn-1', sha256 }] })
  const rows: readonly (readonly [string, ReturnType<typeof request>, object])[] = [
    ['both', request('192.0.2.1', 'Bearer good'), { kind: 'admitted', askedBy: 'mn-1' }],
    ['the address alone', request('192.0.2.1'), { refusal: { code: 'FENCE_TOKEN_NEEDED' } }],
    [
      'the token alone',
      request('192.0.3.1', 'Bearer good'),
      { refusal: { code: 'FENCE_CALLER_NOT_ALLOWED' } },
    ],
  ]
  for (const [title, one, expected] of rows) t.match(policy.admit(one), expected, title)
})

test('a certificate is asked for, whatever the server did', async (t) => {
  const tls = { certificateFile: '/c', keyFile: '/k', clientCaFile: '/a', clientNames: [] }
  const policy = createListenerPolicy({ ...loopback, tls }, {})
  const refusal = { kind: 'refused', refusal: { code: 'FENCE_CERTIFICATE_NOT_ALLOWED' } }
  t.match(policy.admit(request('192.0.2.1')), refusal, 'a socket without TLS')
  const [authority, stranger] = [createAuthority(), createAuthority()]
  t.teardown(authority.remove)
  t.teardown(stranger.remove)
  const { cert, key } = authority.issue('peer-1', ['IP:127.0.0.1'], 'serverAuth')
  const careless = { cert, key, ca: authority.ca, requestCert: true, rejectUnauthorized: false }
  const server = createServer(careless, (request, response) => {
    response.end(policy.admit(request).kind)
  })
  const address = await listenAt(server, { kind: 'tcp', host: '127.0.0.1', port: 0 })
  const by = async (certificate: object): Promise<string> =>
    (await ask(address, { ca: authority.ca, ...certificate })).text
  t.equal(await by(authority.issue('mn-1')), 'admitted')
  t.equal(await by(stranger.issue('mn-1')), 'refused', 'a certificate that nobody vouches for')
  t.equal(await by({}), 'refused', 'none')
  server.close()
})
