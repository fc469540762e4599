import { test } from 'tap'
import type { FenceSeen, RoundHistory } from './history.ts'
import { parseHeard } from './observer.ts'
import { createReport } from './report.ts'

const refusal = {
  success: false,
  qemuConfirmedDead: false,
  qemuStillAlive: true,
  targetHostUnreachable: false,
  verdict: 'qemuStillAlive',
  reason: 'contact-lost',
  error: 'not proven dead',
  fenceId: 'f1',
}

const fence = (part: Partial<FenceSeen>): FenceSeen => ({
  vm: '11111111-2222-3333-4444-555555555555',
  requestId: 'r1',
  faults: ['loss', 'no-icmp'],
  recoverable: true,
  sentMs: 0,
  endedMs: 1000,
  budgetMs: 5000,
  lagMs: 0,
  answer: { status: 200, body: refusal },
  agentKilled: false,
  atAnswer: {
    living: [],
    counters: [],
    journal: ['intent', 'outcome'].map((type) => ({
      type,
      fenceId: 'f1',
      requestId: 'r1',
      verdict: 'qemuStillAlive',
      reason: 'contact-lost',
    })),
    lastHeardMs: {},
    suspectAddresses: [],
    witnessAddress: '',
  },
  ...part,
})

const round = (...fences: readonly FenceSeen[]): RoundHistory => ({
  fences,
  sightings: [],
  bystanders: [],
  journal: [],
})

test('a fence counts in the row of each of its faults, and once in the sum', async (t) => {
  const report = createReport()
  t.same(report.add(round(fence({}), fence({ faults: [], recoverable: false }))), [])
  t.same(report.table().slice(1), [
    'after the fault | 1 | 0 | 0 | 1 | 0 | 0 | contact-lost 1',
    'loss | 1 | 0 | 0 | 1 | 0 | 1 | contact-lost 1',
    'no-icmp | 1 | 0 | 0 | 1 | 0 | 1 | contact-lost 1',
  ])
  t.equal(report.fences(), 2)
  t.match(
    report.closing(),
    /^fences 2, answered 2, proceeds 0, late 0 .*, unsafe 0, .*3\/N = 150\.00 %$/,
  )
})

test('what was not answered proves nothing about safety', async (t) => {
  const report = createReport()
  report.add(round(fence({ answer: undefined, agentKilled: true })))
  t.match(report.closing(), /^fences 1, answered 0, .*no bound$/)
  t.match(report.table()[1], /^loss \| 1 \| 0 \| 0 \| 0 \| 1 \| 0 \| - 1$/)
})

test('violations are counted, unsafe ones apart', async (t) => {
  const report = createReport()
  report.add({ ...round(fence({ endedMs: 6000 })), bystanders: [{ name: 'x', isAlive: false }] })
  t.equal(report.violations(), 2)
  t.match(report.closing(), /late 1 \(at most 1000 ms\), unsafe 1, other violations 1/)
})

test('when an address was heard is what is missing of its hour', async (t) => {
  const text = `
    elements = { 10.77.0.11 expires 59m59s692ms, 10.77.0.12 expires 1h,
           fd77::11 expires 58m, 10.77.0.13 expires 59m8ms }
    elements = { 10.77.0.11 expires 59m59s900ms }`
  t.same(parseHeard(text, 5_000_000), {
    '10.77.0.11': 4_999_900,
    '10.77.0.12': 5_000_000,
    '10.77.0.13': 4_940_008,
    'fd77::11': 4_880_000,
  })
})
