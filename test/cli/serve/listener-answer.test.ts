import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'tap'
import type { Test } from 'tap'
import { isAnswering } from '../../../agent/cli/serve/listener-answer.ts'
import { loopback, openServer } from '../../fixtures/servers/agent-server.ts'
import { createAuthority } from '../../fixtures/values/certificates.ts'

const waitMs = 300
const portOf = (address = ''): number => Number(new URL(address).port)
const at = (port: number) => ({ kind: 'tcp', host: '127.0.0.1', port }) as const

/** Something at a port of its own that does as told with each connection. */
const listener = async (t: Test, said: string): Promise<number> => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    if (said !== '') socket.end(said)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
  })
  return (server.address() as AddressInfo).port
}

test('an agent answers on TCP, on a socket, and whoever would be turned away hears of it', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'peerfence-'))
  t.teardown(() => {
    rmSync(directory, { recursive: true })
  })
  const path = join(directory, 's')
  const guarded = { ...loopback, allowFrom: ['192.0.2.0/24'] }
  const open = { ...loopback, at: { kind: 'unix', path } } as const
  const opened = openServer()
  const { addresses, close } = await opened.open([guarded, open])
  const bound = { ...guarded, at: at(portOf(addresses[0])) }
  t.ok(await isAnswering(bound, waitMs))
  t.ok(await isAnswering({ ...bound, allowFrom: [], tokensFile: '/x' }, waitMs))
  t.ok(await isAnswering({ ...open, tokensFile: '/x' }, waitMs))
  t.notMatch(opened.lines.join(''), /turned away/, 'and nothing is asked in vain')
  t.ok(await isAnswering(open, waitMs))
  await close()
  for (const rule of [bound, open]) t.notOk(await isAnswering(rule, waitMs), 'stopped')
})

test('an agent answers in TLS, also whom it wants a certificate of', async (t) => {
  const authority = createAuthority()
  t.teardown(authority.remove)
  const tls = { ...authority.issue('peer-1', ['IP:127.0.0.1'], 'serverAuth'), clientNames: [] }
  for (const demands of [tls, { ...tls, clientCaFile: authority.caFile }]) {
    const { addresses, close } = await openServer().open([{ ...loopback, tls: demands }])
    const rule = { ...loopback, at: at(portOf(addresses[0])), tls: demands }
    t.ok(await isAnswering(rule, waitMs))
    await close()
    t.notOk(await isAnswering(rule, waitMs), 'stopped')
  }
})

test('what does not answer: silence, a drain, and something else', async (t) => {
  const tls = { certificateFile: '', keyFile: '', clientNames: [] }
  const place = async (said: string) => ({ ...loopback, at: at(await listener(t, said)) })
  const silent = await place('')
  t.notOk(await isAnswering(silent, waitMs), 'silence')
  t.notOk(await isAnswering({ ...silent, tls }, waitMs), 'silence where TLS is due')
  const draining = await place('HTTP/1.1 503 x\r\ncontent-length: 0\r\n\r\n')
  t.notOk(await isAnswering(draining, waitMs), 'a drain')
  const sshd = await place('SSH-2.0-x\r\n')
  t.notOk(await isAnswering(sshd, waitMs), 'sshd')
  t.notOk(await isAnswering({ ...sshd, tls }, waitMs), 'sshd where TLS is due')
})
