import { test } from 'tap'
import type { Verdict } from '../../../agent/domain/verdict.ts'
import { doubt, unreachable } from '../../../agent/domain/verdict.ts'
import type { FenceRecord } from '../../../agent/fence/record.ts'
import { call } from '../../fixtures/worlds/command-line.ts'
import { dead } from '../../fixtures/servers/agent-server.ts'
import { fenceRecord, vmHex } from '../../fixtures/values/fence-records.ts'
import { openSocketServer } from '../../fixtures/servers/socket-server.ts'

const saying = (verdict: Verdict) => async (request: FenceRecord['request']) =>
  await Promise.resolve(fenceRecord({ request, verdict }))

test('a verdict of each kind, its words and its exit code', async (t) => {
  const rows = [
    [
      dead,
      0,
      /^qemuConfirmedDead destroyed\nThe qemu of the VM was found.*\nfence [0-9a-f]{32}, 0 ms\nYou may start the VM elsewhere\.\n$/,
    ],
    [
      saying(unreachable('every-address-silent')),
      3,
      /^targetHostUnreachable every-address-silent\n[^]*\nYou may start the VM elsewhere, if you accept the risk: .*\n$/,
    ],
    [
      saying(doubt('login-refused')),
      2,
      /^qemuStillAlive login-refused\n.*\nkilled: qemu 84\nnext: .*Try ssh[^]*\nDo NOT start the VM elsewhere: .*\n$/,
    ],
  ] as const
  for (const [fence, code, out] of rows) {
    const { socket, calls } = await openSocketServer(t, { fence })
    const told = await call(['fence', vmHex, '192.0.2.7', '--socket', socket, '--timeout', '9'])
    t.match(told, { code, out, err: '' })
    t.match(calls[0], { askedBy: 'unix', budgetMs: 9000 })
  }
})

test('the socket may come from the environment, the answer whole or explained', async (t) => {
  const { socket } = await openSocketServer(t, { fence: saying(doubt('unkillable')) })
  const env = { PEERFENCE_SOCKET: socket }
  const whole = await call(['fence', vmHex, '192.0.2.7', '--json'], { env })
  t.match(whole, { code: 2, err: '' })
  t.match(JSON.parse(whole.out), { success: false, qemuStillAlive: true, nextStep: /./ })
  const explained = await call(['fence', vmHex, '192.0.2.7', '--explain'], { env })
  t.match(explained, {
    code: 2,
    out: /^qemuStillAlive unkillable\n.* asks for VM [^]*\nHA refuses[^]*\nDo NOT start .*\n$/,
  })
})

test('colour where somebody looks', async (t) => {
  const { socket } = await openSocketServer(t)
  const args = ['fence', vmHex, '192.0.2.7', '--socket', socket]
  const { out } = await call(args, { isOutTerminal: true })
  t.ok(out.startsWith('\u001b[32mqemuConfirmedDead\u001b[0m destroyed\n'), out)
  const plain = await call(args, { isOutTerminal: true, env: { NO_COLOR: '1' } })
  t.notOk(plain.out.includes('\u001b'))
})

test('who is turned away, or finds nobody, has no verdict and no 0', async (t) => {
  const { socket, calls } = await openSocketServer(t, { networks: ['198.51.100.0/24'] })
  const away = await call(['fence', vmHex, '192.0.2.7', '--socket', socket, '--json'])
  t.match(away, { code: 4, err: /turned away \(403\), nothing was done: FENCE_TARGET_NOT_ALLOWED/ })
  t.match(JSON.parse(away.out), { kind: 'turned-away' })
  t.equal(calls.length, 0)
  const nobody = await call(['fence', vmHex, '192.0.2.7'], { env: { PEERFENCE_SOCKET: '/none' } })
  t.match(nobody, {
    code: 69,
    out: '',
    err: /^peerfence: no answer: \/\S+: there is no such socket; systemctl start peerfence .*\n$/,
  })
})

test('wrong usage is told before anything is asked', async (t) => {
  const rows: readonly (readonly [readonly string[], RegExp])[] = [
    [[], /fence: VM and HOST are missing/],
    [['web-1', '192.0.2.7'], /fence: VM has to be/],
    [[vmHex, '192.0.2.7', '--stand-alone', '--socket', '/x'], /exclude each other/],
    [[vmHex, '192.0.2.7', '--config', '/x'], /--config is for --stand-alone/],
    [[vmHex, '192.0.2.7', 'more'], /unexpected argument: more/],
  ]
  for (const [args, err] of rows)
    t.match(await call(['fence', ...args]), { code: 64, out: '', err })
  const missing = [vmHex, '192.0.2.7', '--stand-alone', '--config', '/none']
  t.match(await call(['fence', ...missing]), { code: 78, out: '', err: /\/none/ })
})
