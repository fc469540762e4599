import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'tap'
import { sightingOf } from '../../../agent/cli/fence-agent/status.ts'
import { call } from '../../fixtures/worlds/command-line.ts'
import { livingQemu } from '../../fixtures/values/evidence.ts'
import { lookEvidence, lookRecord, vmHex } from '../../fixtures/values/fence-records.ts'
import { openSocketServer } from '../../fixtures/servers/socket-server.ts'
import type { Evidence } from '../../../agent/domain/evidence.ts'
import type { FenceRequest } from '../../../agent/fence/request.ts'

const seeing = (evidences: Readonly<Record<string, Evidence>>) => ({
  look: async (request: FenceRequest) => {
    const evidence = evidences[request.suspect.addresses[0]] ?? lookEvidence()
    return await Promise.resolve(lookRecord({ request, evidence }))
  },
})
const opened = seeing({
  '192.0.2.7': lookEvidence({ qemus: [{ ...livingQemu(), kill: 'not-sent' }] }),
  '192.0.2.9': { kind: 'refusal', because: 'sudo-refused' },
})

test('on where it was seen on one host; never off', async (t) => {
  const { socket, looked, calls } = await openSocketServer(t, opened)
  const status = async (ip: string) =>
    await call(['fence-agent'], {
      typed: `action=status\nport=${vmHex}\nip=${ip}\nvia=unix:${socket}\ntimeout=5`,
    })
  t.match(await status('192.0.2.7'), {
    code: 0,
    out: 'Status: ON\n',
    err: /192\.0\.2\.7: it runs \(pid 84\)/,
  })
  const unseen = await status('192.0.2.8')
  t.match(unseen, { code: 1, out: 'Status: UNKNOWN\n', err: /no proof that it is off/ })
  t.match(await status('192.0.2.9'), { code: 1, err: /cannot tell: sudo-refused\. .* next: / })
  t.match(await status('192.0.2.8,192.0.2.7'), { code: 0, out: 'Status: ON\n' })
  t.match(looked, [{ budgetMs: 5000 }])
  t.same(calls, [], 'and nothing was fenced')
})

test('the next peer is asked where one could not look', async (t) => {
  const { socket } = await openSocketServer(t, opened)
  const none = await openSocketServer(t, { ...opened, networks: ['198.51.100.0/24'] })
  const status = async (via: string) =>
    await call(['fence-agent'], {
      typed: `action=status\nport=${vmHex}\nip=192.0.2.7\nvia=${via}`,
    })
  t.match(await status(`unix:/none,unix:${none.socket},unix:${socket}`), { code: 0 })
  t.match(await status(`unix:${none.socket}`), { code: 1, err: /turned away \(403\)/ })
  t.match(await status('unix:/none'), { code: 1, err: /no answer/ })
})

test('an answer that makes no sense is none, and no other peer is asked for a better one', async (t) => {
  const { socket } = await openSocketServer(t, opened)
  const odd = createServer((_request, response) => response.end('{"seen":"runs","success":true}'))
  const port = await new Promise<number>((resolve) => {
    odd.listen(0, '127.0.0.1', () => {
      resolve((odd.address() as AddressInfo).port)
    })
  })
  t.teardown(() => odd.close())
  const told = await call(['fence-agent'], {
    typed: `action=status\nport=${vmHex}\nip=192.0.2.7\nvia=127.0.0.1:${port},unix:${socket}`,
  })
  t.match(told, { code: 1, err: /cannot be believed: it claims more than a look can/ })
})

test('without a peer nothing was seen', async (t) => {
  const none = { peers: [], credentials: {} } as unknown as Parameters<typeof sightingOf>[1]
  const seen = await sightingOf([{ vmUuid: vmHex, targetHostIp: '192.0.2.7' }], none)
  t.same(seen, { isOn: false, lines: ['192.0.2.7: no peer was asked'] })
})

test('each VM of the map with what was seen of it', async (t) => {
  const { socket } = await openSocketServer(t, opened)
  const list = async (action: string, ip: string) =>
    await call(['fence-agent'], {
      typed: `action=${action}\nvm_map=web:${vmHex}\nip=${ip}\nvia=unix:${socket}`,
    })
  t.match(await list('list', '192.0.2.7'), { code: 0, out: `${vmHex},web\n` })
  t.match(await list('list-status', '192.0.2.7'), { code: 0, out: `${vmHex},web,ON\n` })
  t.match(await list('list-status', '192.0.2.8'), { code: 0, out: `${vmHex},web,UNKNOWN\n` })
})
