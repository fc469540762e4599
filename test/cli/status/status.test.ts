import { test } from 'tap'
import { call } from '../../fixtures/worlds/command-line.ts'
import { livingQemu } from '../../fixtures/values/evidence.ts'
import { lookEvidence, lookRecord, vmHex } from '../../fixtures/values/fence-records.ts'
import { openSocketServer } from '../../fixtures/servers/socket-server.ts'
import type { Evidence } from '../../../agent/domain/evidence.ts'

const seeing = (evidence: Evidence) => ({
  look: async (request: ReturnType<typeof lookRecord>['request']) =>
    await Promise.resolve(lookRecord({ request, evidence })),
})

test('what was seen, its words and its exit code, by the agent', async (t) => {
  const runs = lookEvidence({ qemus: [{ ...livingQemu(), kill: 'not-sent' }] })
  const rows = [
    [
      runs,
      10,
      /^runs \(pid 84\)\nThe VM runs on the host\.\nnext: .*\na look of 40 ms; no verdict/,
    ],
    [lookEvidence(), 11, /^not seen\n.*no proof\.\nnext: Ask for a fence/],
    [{ kind: 'refusal', because: 'sudo-refused' }, 12, /^cannot tell: sudo-refused\n/],
  ] as const
  for (const [evidence, code, out] of rows) {
    const { socket, looked, calls } = await openSocketServer(t, seeing(evidence))
    const told = await call(['status', vmHex, '192.0.2.7', '--socket', socket, '--timeout', '9'])
    t.match(told, { code, out, err: '' })
    t.match(looked, [{ askedBy: 'unix', budgetMs: 9000 }])
    t.same(calls, [], 'and nothing was fenced')
    t.notMatch(told.out, /qemuConfirmedDead|targetHostUnreachable/)
  }
})

test('whole, and explained', async (t) => {
  const { socket } = await openSocketServer(t)
  const env = { PEERFENCE_SOCKET: socket }
  const whole = await call(['status', vmHex, '192.0.2.7', '--json'], { env })
  t.match(whole, { code: 11, err: '' })
  t.match(JSON.parse(whole.out), { success: false, seen: 'not-seen' })
  const explained = await call(['status', vmHex, '192.0.2.7', '--explain'], { env })
  t.match(explained.out, /^not seen\n[^]*contact 1 at [^]*last scan: [^]*\nnext: /)
})

test('who is turned away, or finds nobody, has seen nothing', async (t) => {
  const { socket, looked } = await openSocketServer(t, { networks: ['198.51.100.0/24'] })
  const away = await call(['status', vmHex, '192.0.2.7', '--socket', socket, '--json'])
  t.match(away, { code: 4, err: /turned away \(403\), nothing was done: FENCE_TARGET_NOT_ALLOWED/ })
  t.match(JSON.parse(away.out), { kind: 'turned-away' })
  t.same(looked, [])
  const nobody = await call(['status', vmHex, '192.0.2.7'], { env: { PEERFENCE_SOCKET: '/none' } })
  t.match(nobody, {
    code: 69,
    out: '',
    err: /^peerfence: no answer: \/\S+: there is no such socket; systemctl start peerfence .*\n$/,
  })
})

test('wrong usage is told before anything is asked', async (t) => {
  const rows: readonly (readonly [readonly string[], RegExp])[] = [
    [[], /status: VM and HOST are missing/],
    [[vmHex, '192.0.2.7', '--stand-alone', '--socket', '/x'], /exclude each other/],
    [[vmHex, '192.0.2.7', '--config', '/x'], /--config is for --stand-alone/],
  ]
  for (const [args, err] of rows)
    t.match(await call(['status', ...args]), { code: 64, out: '', err })
  const missing = [vmHex, '192.0.2.7', '--stand-alone', '--config', '/none']
  t.match(await call(['status', ...missing]), { code: 78, out: '', err: /\/none/ })
  t.match((await call(['status', '--help'])).out, /KILLS NOTHING[^]*Never 0/)
})
