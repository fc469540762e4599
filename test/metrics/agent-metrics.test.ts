import { execFileSync, spawnSync } from 'node:child_process'
import { verdictWords } from '../../agent/domain/verdict-word.ts'
import { test } from 'tap'
import { errorCodes } from '../../agent/contract/reply/error-codes.ts'
import {
  confirmedDead,
  deathProofs,
  doubt,
  doubts,
  silenceProofs,
  unreachable,
} from '../../agent/domain/verdict.ts'
import { createAgentMetrics } from '../../agent/metrics/agent-metrics.ts'
import { someNeighbour } from '../fixtures/values/evidence.ts'
import { fenceRecord, fenceRequest, vmHex } from '../fixtures/values/fence-records.ts'
import { readMetrics } from '../fixtures/values/prometheus-text.ts'

const open = () => {
  const metrics = createAgentMetrics('1.2.3')
  let isReady: boolean | undefined
  metrics.addGauges({
    inFlight: () => 3,
    lanes: () => ({ lanes: 1, queued: 2, runs: 3, sessions: 4 }),
    callbacksWaiting: () => 2,
    isReady: () => isReady,
    drill: () => ({ ageSec: 60, could: 41, couldNot: 1 }),
  })
  const value = (name: string, labels: object = {}): number | undefined =>
    [...readMetrics(metrics.text()).values()]
      .flatMap(({ samples }) => samples)
      .find((one) => one.name === name && JSON.stringify(one.labels) === JSON.stringify(labels))
      ?.value
  return { metrics, value, ready: (is: boolean) => (isReady = is) }
}

test('the last drill, where there is one', async (t) => {
  const { value } = open()
  t.equal(value('peerfence_drill_age_seconds'), 60)
  t.equal(value('peerfence_drill_could_fence'), 41)
  t.equal(value('peerfence_drill_could_not_fence'), 1)
  const none = createAgentMetrics('1')
  none.addGauges({
    inFlight: () => 0,
    lanes: () => ({ lanes: 0, queued: 0, runs: 0, sessions: 0 }),
    callbacksWaiting: () => 0,
    isReady: () => true,
    drill: () => undefined,
  })
  t.notMatch(none.text(), /peerfence_drill/)
})

test('every verdict is there from the beginning, and counted by kind and reason', async (t) => {
  const { metrics, value } = open()
  const all = [
    ...deathProofs.map(confirmedDead),
    ...silenceProofs.map(unreachable),
    ...doubts.map(doubt),
  ]
  for (const verdict of all) {
    const labels = { verdict: verdictWords[verdict.kind], reason: verdict.because }
    t.equal(value('peerfence_verdicts_total', labels), 0, verdict.because)
    metrics.onVerdict(fenceRecord({ verdict }))
    t.equal(value('peerfence_verdicts_total', labels), 1, verdict.because)
  }
  t.equal(
    value('peerfence_fence_duration_seconds_count', { verdict: 'qemuStillAlive' }),
    doubts.length,
  )
})

test('how long a fence took, in all and by phase, and what was tried again', async (t) => {
  const { metrics, value } = open()
  metrics.onVerdict(
    fenceRecord({
      durationMs: 412,
      trail: {
        address: '192.0.2.7',
        phases: [
          { phase: 'connect', ms: 30 },
          { phase: 'run', ms: 300 },
        ],
        detail: '',
        earlier: [{ because: 'connection-dropped', detail: '', ms: 1 }],
      },
    }),
  )
  const [verdict, phase] = [{ verdict: 'qemuConfirmedDead' }, { phase: 'run' }]
  t.equal(value('peerfence_fence_duration_seconds_sum', verdict), 0.412)
  t.equal(value('peerfence_fence_duration_seconds_bucket', { ...verdict, le: '0.25' }), 0)
  t.equal(value('peerfence_fence_duration_seconds_bucket', { ...verdict, le: '0.5' }), 1)
  t.equal(value('peerfence_fence_phase_duration_seconds_sum', phase), 0.3)
  t.equal(value('peerfence_fence_contact_retries_total', { reason: 'connection-dropped' }), 1)
})

test('the door, the way back, the journal and the gauges', async (t) => {
  const { metrics, value, ready } = open()
  for (const code of Object.keys(errorCodes)) {
    t.equal(value('peerfence_http_requests_rejected_total', { code }), 0)
  }
  metrics.onRejected('FENCE_BUSY')
  t.equal(value('peerfence_http_requests_rejected_total', { code: 'FENCE_BUSY' }), 1)
  const end = { end: 'written-off', said: 'verdict-expired' } as const
  const subject = { fenceId: 'f', vm: fenceRequest().vm, suspect: fenceRequest().suspect }
  const ask = { task: 't', url: 'u' }
  metrics.onDelivery({ ...end, subject, ask, attempts: 3, status: 0, ms: 1 })
  t.equal(value('peerfence_callback_deliveries_total', end), 1)
  for (const status of [undefined, 200, 204, 503]) metrics.onAttempt(status)
  t.equal(value('peerfence_callback_attempts_total', { status: '2xx' }), 2)
  t.equal(value('peerfence_callback_attempts_total', { status: '5xx' }), 1)
  t.equal(value('peerfence_callback_attempts_total', { status: 'none' }), 1)
  metrics.onJournalWrite(20, true)
  metrics.onJournalWrite(30, false)
  t.equal(value('peerfence_journal_write_duration_seconds_count'), 2)
  t.equal(value('peerfence_journal_write_failures_total'), 1)
  t.equal(value('peerfence_fences_in_flight'), 3)
  t.equal(value('peerfence_callbacks_waiting'), 2)
  const lanes = ['lanes', 'lane_queued', 'lane_runs', 'lane_sessions']
  t.same(
    lanes.map((name) => value(`peerfence_${name}`)),
    [1, 2, 3, 4],
  )
  t.equal(value('peerfence_ready'), undefined, 'before anybody looked')
  ready(false)
  t.equal(value('peerfence_ready'), 0)
  ready(true)
  t.equal(value('peerfence_ready'), 1)
  t.equal(value('peerfence_build_info', { version: '1.2.3' }), 1)
  t.ok(Math.abs(Number(value('process_start_time_seconds')) - Date.now() / 1000) < 600)
  t.ok(Number(value('process_resident_memory_bytes')) > 1e6)
})

test('no VM, no host, no caller and no task is in a label', async (t) => {
  const { metrics } = open()
  metrics.onVerdict(fenceRecord())
  const text = metrics.text()
  for (const word of [vmHex, '192.0.2.7', 'host-7', 'mn-1', 'fence-1']) t.notOk(text.includes(word))
  const labels = [...readMetrics(text).values()].flatMap(({ samples }) =>
    samples.flatMap((one) => Object.keys(one.labels)),
  )
  t.same([...new Set(labels)].toSorted(), [
    'code',
    'end',
    'le',
    'phase',
    'reason',
    'said',
    'status',
    'verdict',
    'version',
  ])
})

const hasPromtool = spawnSync('promtool', ['--version']).error === undefined

test(
  'promtool has nothing to say against it',
  { skip: !hasPromtool && 'promtool is not here' },
  async (t) => {
    const { metrics, ready } = open()
    ready(true)
    metrics.onVerdict(fenceRecord())
    t.equal(
      execFileSync('promtool', ['check', 'metrics'], { input: metrics.text() }).toString(),
      '',
    )
  },
)

test('neighbours that were asked are counted by what they said', async (t) => {
  const metrics = createAgentMetrics('1.2.3')
  const neighbours = [someNeighbour, { ...someNeighbour, said: 'dead' }] as const
  metrics.onVerdict(fenceRecord({ trail: { address: '', phases: [], detail: '', neighbours } }))
  const lines = metrics.text().split('\n')
  for (const [said, count] of [
    ['dead', 1],
    ['contact', 0],
    ['words', 1],
  ] as const) {
    t.ok(lines.includes(`peerfence_passed_on_total{said="${said}"} ${count}`), said)
  }
})
