import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { test } from 'tap'
import { doubt, unreachable } from '../../../agent/domain/verdict.ts'
import type { Verdict } from '../../../agent/domain/verdict.ts'
import type { FenceRecord } from '../../../agent/fence/record.ts'
import { call } from '../../fixtures/worlds/command-line.ts'
import { fenceRecord, vmHex } from '../../fixtures/values/fence-records.ts'
import { openSocketServer } from '../../fixtures/servers/socket-server.ts'

const saying = (verdict: Verdict) => async (request: FenceRecord['request']) =>
  await Promise.resolve(fenceRecord({ request, verdict }))
const silent = saying(unreachable('every-address-silent'))
const question = ['ask', vmHex, '192.0.2.7'] as const

test('the next peer after one that does not answer, and what may be done now', async (t) => {
  const { socket, calls } = await openSocketServer(t)
  const told = await call([...question, '--via', `unix:/none,unix:${socket}`, '--explain'])
  t.match(told, {
    code: 0,
    err: new RegExp(`^unix:/none: no answer: .*\nunix:${socket}: qemuConfirmedDead, destroyed\n$`),
    out: /^qemuConfirmedDead destroyed\n[^]*\nYou may start the VM elsewhere\.\n$/,
  })
  t.equal(calls.length, 1)
})

test('nobody gives a verdict', async (t) => {
  const told = await call([...question, '--via', 'unix:/none'])
  t.match(told, { code: 69, out: 'Do NOT start the VM elsewhere: no peer gave a verdict.\n' })
})

test('a refusal ends it', async (t) => {
  const [one, other] = [
    await openSocketServer(t, { fence: saying(doubt('unkillable')) }),
    await openSocketServer(t),
  ]
  const told = await call([...question, '--via', `unix:${one.socket},unix:${other.socket}`])
  t.match(told, { code: 2, out: /next: [^]*Do NOT start the VM elsewhere: a peer refused/ })
  t.equal(other.calls.length, 0)
})

test('silence counts where enough peers of different domains claim it', async (t) => {
  const peers = [
    await openSocketServer(t, { fence: silent }),
    await openSocketServer(t, { fence: silent, agentId: randomUUID() }),
  ]
  const via = (one: string, other: string) =>
    `unix:${String(peers[0]?.socket)}${one},unix:${String(peers[1]?.socket)}${other}`
  const ask = async (...args: readonly string[]) => await call([...question, ...args])
  t.match(await ask('--via', via('@a', '@b')), { code: 3, out: /if you accept the risk/ })
  t.equal(peers[1]?.calls.length, 0)
  const two = await ask('--via', via('@a', '@b'), '--quorum', '2', '--json')
  t.match(two, { code: 3, err: '' })
  t.match(JSON.parse(two.out), {
    may: 'start-at-risk',
    why: '',
    peers: [
      { domain: 'a', kind: 'unreachable', voter: { kind: 'told' } },
      { domain: 'b', kind: 'unreachable', voter: { kind: 'told' } },
    ],
  })
  const alone = await ask('--via', via('@a', '@b'), '--json')
  t.notMatch(alone.out, /voter/, 'where one is enough nobody asks who it is')
  const one = await ask(
    '--via',
    `unix:${String(peers[0]?.socket)},unix:/none`,
    '--quorum',
    '2',
    '--json',
  )
  t.match(one, { code: 5 })
  t.match(JSON.parse(one.out), { may: 'refuse', why: 'quorum-missing' })
  t.match(await ask('--via', via('@a', '@a'), '--quorum', '2'), {
    code: 64,
    err: /from 1 to that of the peers of different domains \(1\)/,
  })
})

test('two addresses of one agent are one voter, whatever domains they were given', async (t) => {
  const [one, other] = [
    await openSocketServer(t, { fence: silent }),
    await openSocketServer(t, { fence: silent }),
  ]
  const via = `unix:${one.socket}@a,unix:${other.socket}@b`
  const told = await call([...question, '--via', via, '--quorum', '2'])
  t.match(told, {
    code: 5,
    out: /two addresses of one agent are one/,
    err: /, agent [0-9a-f-]{36}/,
  })
})

test('progress where somebody looks does not mix with what peers said', async (t) => {
  const { socket } = await openSocketServer(t)
  const { err } = await call([...question, '--via', `unix:${socket}`], { isErrTerminal: true })
  t.match(err, /asked unix:.*s left/)
  t.ok(err.includes(`\r\u001b[Kunix:${socket}: qemuConfirmedDead, destroyed\n`), err)
})

test('wrong usage, and files that cannot be read', async (t) => {
  const folder = t.testdir({ token: 'a b' })
  const via = ['--via', 'kvm-2']
  const rows: readonly (readonly [readonly string[], number, RegExp])[] = [
    [[], 64, /ask: --via is missing/],
    [['--via', ''], 64, /--via has to be/],
    [['--via', 'fd00::1'], 64, /--via has to be/],
    [['--via', Array.from({ length: 17 }, (_, n) => `kvm-${n}`).join()], 64, /at most 16/],
    [['--via', 'kvm-2,KVM-2:7171'], 64, /names one peer twice/],
    [[...via, '--quorum', '2'], 64, /--quorum has to be/],
    [[...via, '--quorum', 'x'], 64, /--quorum has to be/],
    [[...via, '--timeout', '0'], 64, /--timeout has to be/],
    [[...via, '--cert', '/none'], 64, /belong together/],
    [[...via, '--token-file', join(folder, 'token')], 64, /one token and nothing else/],
    [[...via, '--token-file', join(folder, 'none')], 66, /none: cannot be read/],
  ]
  for (const [args, code, err] of rows)
    t.match(await call([...question, ...args]), { code, out: '', err })
})
