import { appendFileSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { connect as connectPlain } from 'node:net'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { test } from 'tap'
import { createListeners } from '../../../agent/http/listen/listeners.ts'
import { makeLog } from '../../../agent/journal/log.ts'
import { loopback, openServer } from '../../fixtures/servers/agent-server.ts'
import { createAuthority } from '../../fixtures/values/certificates.ts'
import { ask } from '../../fixtures/servers/https-caller.ts'
import { rawClient } from '../../fixtures/servers/raw-http.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const get = 'GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n'

test('TCP and a unix socket at once, each with its own demands', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'peerfence-'))
  t.teardown(() => {
    rmSync(directory, { recursive: true })
  })
  const [path, tokensFile] = [join(directory, 's'), join(directory, 'tokens')]
  writeFileSync(tokensFile, `mn-1 ${sha256('good')}\n`, { mode: 0o600 })
  const opened = openServer()
  const { addresses, close } = await opened.open([
    { ...loopback, tokensFile },
    { ...loopback, at: { kind: 'unix', path } },
  ])
  t.match(addresses, [/^http:\/\/127\.0\.0\.1:/, `unix:${path}`])
  const local = await rawClient({ path })
  local.socket.write(get)
  t.match(await local.received(/"ok"/), /^HTTP\/1\.1 200 /)
  const url = `${String(addresses[0])}/healthz`
  const answer = await fetch(url)
  t.equal(answer.status, 401)
  t.equal(answer.headers.get('www-authenticate'), 'Bearer')
  t.match(await answer.json(), { success: false, code: 'FENCE_TOKEN_NEEDED' })
  t.equal((await fetch(url, { headers: { authorization: 'Bearer bad' } })).status, 401)
  t.equal((await fetch(url, { headers: { authorization: 'Bearer good' } })).status, 200)
  local.socket.write(get.replace('healthz', 'nowhere'))
  t.match(await local.received(/FENCE_NO_SUCH_PATH/), /HTTP\/1\.1 404 /)
  local.socket.destroy()
  await close()
})

test('client certificates, and a reload of what they have to be', async (t) => {
  const [authority, stranger] = [createAuthority(), createAuthority()]
  t.teardown(authority.remove)
  t.teardown(stranger.remove)
  const own = authority.issue('peer-1', ['IP:127.0.0.1'], 'serverAuth')
  const { caFile, ca } = authority
  const tls = { ...own, clientCaFile: caFile, clientNames: ['mn-1', 'mn-2.example'] }
  const rule = { ...loopback, tls }
  const opened = openServer()
  const { addresses, listeners, close } = await opened.open([rule])
  const [address = ''] = addresses
  const by = async (certificate: object) => await ask(address, { ca, ...certificate })

  const [byCommonName, byDnsName] = [
    authority.issue('mn-1'),
    authority.issue('x', ['mn-2.example']),
  ]
  t.equal((await by(byCommonName)).status, 200)
  t.equal((await by(byDnsName)).status, 200)
  t.same(
    opened.calls.map(({ askedBy }) => askedBy),
    ['mn-1', 'mn-2.example'],
  )
  const other = await by(authority.issue('mn-3', ['mn-3.example']))
  t.equal(other.status, 403)
  t.match(other.text, /FENCE_CERTIFICATE_NOT_ALLOWED/)
  const refusals: readonly (readonly [string, object])[] = [
    ['no certificate', {}],
    ['one of another authority', stranger.issue('mn-1')],
    ['one for servers', authority.issue('mn-1', [], 'serverAuth')],
    ['one that has expired', authority.issue('mn-1', [], 'clientAuth', -1)],
    ['an old protocol', { ...byCommonName, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' }],
  ]
  for (const [title, options] of refusals) await t.rejects(by(options), title)
  t.equal(opened.calls.length, 2)
  t.match(opened.lines.join(''), /TLS handshake failed/)
  const plain = await rawClient({ host: '127.0.0.1', port: Number(new URL(address).port) })
  plain.socket.write(get)
  t.notMatch(await plain.closed, /ok/, 'clear text')

  await listeners.reload([{ ...rule, tls: { ...tls, clientNames: ['mn-3'] } }])
  t.equal((await by(byCommonName)).status, 403)
  t.equal((await by(authority.issue('mn-3'))).status, 200)
  copyFileSync(stranger.caFile, caFile)
  await listeners.reload([{ ...rule, tls: { ...tls, clientNames: [] } }])
  await t.rejects(by(byCommonName), 'the authority has changed')
  t.equal((await by(stranger.issue('anybody'))).status, 200)
  t.match(opened.calls.at(-1), { askedBy: 'CN=anybody' })
  await close()
})

test('TLS alone asks for no certificate', async (t) => {
  const authority = createAuthority()
  t.teardown(authority.remove)
  const own = authority.issue('peer-1', ['IP:127.0.0.1'], 'serverAuth')
  const { addresses, close } = await openServer().open([
    { ...loopback, tls: { ...own, clientNames: [] } },
  ])
  t.equal((await ask(addresses[0] ?? '', { ca: authority.ca })).status, 200)
  await close()
})

test('a connection from before a reload is asked anew', async (t) => {
  const { addresses, listeners, close } = await openServer().open()
  const port = Number(new URL(addresses[0] ?? '').port)
  const client = await rawClient({ host: '127.0.0.1', port })
  client.socket.write(get)
  await client.received(/"ok"/)
  await listeners.reload([{ ...loopback, allowFrom: ['192.0.2.0/24'] }])
  client.socket.write(get)
  t.match(await client.received(/FENCE_CALLER_NOT_ALLOWED/), /HTTP\/1\.1 403 /)
  client.socket.destroy()
  await close()
})

// Shorter than idle connections are kept.
const soon = { timeout: 30_000 }
test('an authority that is no longer one is good for no further request', soon, async (t) => {
  const [authority, next] = [createAuthority(), createAuthority()]
  t.teardown(authority.remove)
  t.teardown(next.remove)
  const own = authority.issue('peer-1', ['IP:127.0.0.1'], 'serverAuth')
  const tls = { ...own, clientCaFile: authority.caFile, clientNames: [] }
  const { addresses, listeners, close } = await openServer().open([{ ...loopback, tls }])
  const port = Number(new URL(addresses[0] ?? '').port)
  const session = { host: '127.0.0.1', port, ca: authority.ca, ...authority.issue('mn-1') }
  const connected = async () => {
    const socket = connect(session)
    await once(socket, 'secureConnect')
    let text = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    return { socket, ended: once(socket, 'close').then(() => text) }
  }
  const [idle, busy] = [await connected(), await connected()]
  idle.socket.write(get)
  await once(idle.socket, 'data')
  busy.socket.write(get.slice(0, -2))
  // The other connection's answer tells that the server has read this one's half.
  idle.socket.write(get)
  await once(idle.socket, 'data')
  copyFileSync(next.caFile, authority.caFile)
  await listeners.reload([{ ...loopback, tls }])
  t.equal((await idle.ended).split('"ok"').length, 3, 'an idle one is closed')
  busy.socket.write('\r\n')
  const answer = await busy.ended
  t.match(answer, /HTTP\/1\.1 403 [^]*connection: close/, 'a busy one is turned away and closed')
  await close()
})

test('a handshake that began before a reload ends with it', soon, async (t) => {
  const [authority, next] = [createAuthority(), createAuthority()]
  t.teardown(authority.remove)
  t.teardown(next.remove)
  const own = authority.issue('peer-1', ['IP:127.0.0.1'], 'serverAuth')
  const { ca } = authority
  const tls = { ...own, clientCaFile: authority.caFile, clientNames: [] }
  const { addresses, listeners, close } = await openServer().open([{ ...loopback, tls }])
  const port = Number(new URL(addresses[0] ?? '').port)
  const early = connectPlain({ host: '127.0.0.1', port })
  await once(early, 'connect')
  // The answer on a later connection says that the server has taken the early one.
  await ask(addresses[0] ?? '', { ca, ...authority.issue('mn-1') })
  copyFileSync(next.caFile, authority.caFile)
  await listeners.reload([{ ...loopback, tls }])
  const late = connect({ socket: early, ca, ...next.issue('mn-1') })
  let text = ''
  late.on('error', () => undefined)
  late.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  const closed = new Promise((resolve) => late.once('close', resolve))
  late.write(get)
  await closed
  t.equal(text, '')
  t.equal((await ask(addresses[0] ?? '', { ca, ...next.issue('mn-1') })).status, 200)
  await close()
})

test('a reload that cannot be done changes nothing', async (t) => {
  const tokensFile = join(t.testdir({}), 'tokens')
  writeFileSync(tokensFile, `a ${sha256('a')}\n`, { mode: 0o600 })
  const { addresses, listeners, close } = await openServer().open([{ ...loopback, tokensFile }])
  const status = async (token: string): Promise<number> => {
    const headers = { authorization: `Bearer ${token}` }
    return (await fetch(`${String(addresses[0])}/healthz`, { headers })).status
  }
  appendFileSync(tokensFile, `b ${sha256('b')}\n`)
  t.equal(await status('b'), 401)
  await listeners.reload([{ ...loopback, tokensFile }])
  t.equal(await status('b'), 200)
  t.equal(await status('a'), 200)
  appendFileSync(tokensFile, 'planted\n')
  await t.rejects(listeners.reload([{ ...loopback, tokensFile }]), {
    message: /^\/http\/listeners\/0\/tokensFile: .*tokens: line 3 has to be/,
  })
  const elsewhere = { ...loopback, at: { ...loopback.at, host: '127.0.0.2' } } as const
  await t.rejects(listeners.reload([elsewhere]), { message: /needs a restart/ })
  t.equal(await status('b'), 200)
  await close()
})

test('where one listener cannot be opened, none stays open', async (t) => {
  const first = await openServer().open()
  const port = Number(new URL(first.addresses[0] ?? '').port)
  const log = makeLog('fatal', { write: () => undefined })
  const limits = { allMax: 9, perAddressMax: 9 }
  const free = { ...loopback, at: { kind: 'tcp', host: '127.0.0.3', port } } as const
  const taken = { ...loopback, at: { kind: 'tcp', host: '127.0.0.1', port } } as const
  const listeners = await createListeners([free, taken], limits, {
    log,
    onRejected: () => undefined,
  })
  await t.rejects(
    listeners.open(() => undefined),
    { code: 'EADDRINUSE' },
  )
  await t.rejects(rawClient({ host: '127.0.0.3', port }), { code: 'ECONNREFUSED' })
  await first.close()
})

test('a file at fault stops the start', async (t) => {
  const log = makeLog('fatal', { write: () => undefined })
  const turningAway = { log, onRejected: () => undefined }
  const rules = [loopback, { ...loopback, tokensFile: join(t.testdir({}), 'absent') }]
  await t.rejects(createListeners(rules, { allMax: 1, perAddressMax: 1 }, turningAway), {
    message: /^\/http\/listeners\/1\/tokensFile: .*ENOENT/,
  })
})

test('connections can be cut', async (t) => {
  const { addresses, listeners, close } = await openServer().open()
  const port = Number(new URL(addresses[0] ?? '').port)
  const mute = await rawClient({ host: '127.0.0.1', port })
  mute.socket.write('GET')
  listeners.closeAllConnections()
  t.equal(await mute.closed, '')
  await close()
})
