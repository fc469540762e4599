import { test } from 'tap'
import { call } from '../../fixtures/worlds/command-line.ts'
import { lookEvidence, lookRecord, vmHex } from '../../fixtures/values/fence-records.ts'
import { openSocketServer } from '../../fixtures/servers/socket-server.ts'
import type { Evidence, QuarantineState } from '../../../agent/domain/evidence.ts'

const after = (state: QuarantineState['state']): Evidence =>
  lookEvidence({ quarantine: { state, policy: 'optional' } })
const liftedTo = (evidence: Evidence) => ({
  unfence: async (request: ReturnType<typeof lookRecord>['request']) =>
    await Promise.resolve(lookRecord({ request, evidence })),
})

test('what came of it, its words and its exit code', async (t) => {
  const rows = [
    [after('lifted'), 13, /^lifted\n.*no longer\.\nnext: .*nowhere else\.\na visit of 40 ms; no/],
    [after('not-set'), 13, /^was not set\n/],
    [after('not-writable'), 12, /^cannot tell: lift-not-written\n[^]*next: On the host, rm /],
    [{ kind: 'refusal', because: 'sudo-refused' }, 12, /^cannot tell: sudo-refused\n/],
  ] as const
  for (const [evidence, code, out] of rows) {
    const { socket, unfenced, looked, calls } = await openSocketServer(t, liftedTo(evidence))
    const told = await call(['unfence', vmHex, '192.0.2.7', '--socket', socket, '--timeout', '9'])
    t.match(told, { code, out, err: '' })
    t.match(unfenced, [{ askedBy: 'unix', budgetMs: 9000 }])
    t.same([...looked, ...calls], [], 'and nothing was fenced')
    t.notMatch(told.out, /qemuConfirmedDead|targetHostUnreachable/)
  }
})

test('whole, and explained', async (t) => {
  const { socket } = await openSocketServer(t, liftedTo(after('lifted')))
  const env = { PEERFENCE_SOCKET: socket }
  const whole = await call(['unfence', vmHex, '192.0.2.7', '--json'], { env })
  t.match(whole, { code: 13, err: '' })
  t.match(JSON.parse(whole.out), { success: false, quarantine: 'lifted' })
  const explained = await call(['unfence', vmHex, '192.0.2.7', '--explain'], { env })
  t.match(explained.out, /^lifted\n[^]*quarantine: lifted[^]*\nnext: /)
})

test('who is turned away, or finds nobody, has lifted nothing', async (t) => {
  const { socket, unfenced } = await openSocketServer(t, { networks: ['198.51.100.0/24'] })
  const away = await call(['unfence', vmHex, '192.0.2.7', '--socket', socket, '--json'])
  t.match(away, { code: 4, err: /turned away \(403\), nothing was done: FENCE_TARGET_NOT_ALLOWED/ })
  t.same(unfenced, [])
  const nobody = await call(['unfence', vmHex, '192.0.2.7'], {
    env: { PEERFENCE_SOCKET: '/none' },
  })
  t.match(nobody, { code: 69, out: '', err: /no answer: .*systemctl start peerfence/ })
  t.match(await call(['unfence', vmHex]), { code: 64, err: /unfence: VM and HOST are missing/ })
  t.match((await call(['unfence', '--help'])).out, /MAY RUN[^]*Never 0/)
})

test('an answer that claims more than it can', async (t) => {
  const { socket } = await openSocketServer(t, liftedTo(after('set')))
  t.match(await call(['unfence', vmHex, '192.0.2.7', '--socket', socket]), {
    code: 12,
    out: /^cannot tell: report-invalid\n/,
  })
})
