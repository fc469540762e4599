/**
 * Everything that the agent counts. Verdicts are counted from the value that answer, log and
 * journal are made of.
 */
import { errorCodes } from '../contract/reply/error-codes.ts'
import type { ErrorCode } from '../contract/reply/error-codes.ts'
import { deathProofs, doubts, silenceProofs } from '../domain/verdict.ts'
import { verdictWords } from '../domain/verdict-word.ts'
import type { DeliveryEnd } from '../fence/callbacks.ts'
import type { FenceRecord } from '../fence/record.ts'
import type { FenceService } from '../fence/service.ts'
import { createRegistry } from './registry.ts'

export interface AgentMetrics {
  readonly onVerdict: (record: FenceRecord) => void
  readonly onDelivery: (end: DeliveryEnd) => void
  /** `status` is undefined where the caller never answered. */
  readonly onAttempt: (status: number | undefined) => void
  readonly onRejected: (code: ErrorCode) => void
  readonly onJournalWrite: (ms: number, isOnDisk: boolean) => void
  /** What is read when somebody asks; to be called once, when all of it is there. */
  readonly addGauges: (sources: MetricSources) => void
  readonly text: () => string
}

export interface MetricSources {
  readonly inFlight: () => number
  readonly lanes: FenceService['lanes']
  readonly callbacksWaiting: () => number
  /** Undefined before anybody looked. */
  readonly isReady: () => boolean | undefined
  /** Undefined where no drill is kept. */
  readonly drill: () => DrillGauges | undefined
}

/** Of the last drill of all hosts. */
export interface DrillGauges {
  readonly ageSec: number
  readonly could: number
  readonly couldNot: number
}

const fenceBuckets = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300] as const
const phaseBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 60] as const
const diskBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5] as const

const everyVerdict = [
  ...deathProofs.map((reason) => ({ verdict: verdictWords['confirmed-dead'], reason })),
  ...silenceProofs.map((reason) => ({ verdict: verdictWords.unreachable, reason })),
  ...doubts.map((reason) => ({ verdict: verdictWords['still-alive'], reason })),
] as const

export const createAgentMetrics = (version: string): AgentMetrics => {
  const { counter, gauge, info, histogram, text } = createRegistry()
  info('peerfence_build_info', 'Always 1; the version is in the label.', { version })
  const verdicts = counter<'verdict' | 'reason'>(
    'peerfence_verdicts_total',
    'Verdicts that were answered, by verdict and reason.',
    everyVerdict,
  )
  const fences = histogram<'verdict'>(
    'peerfence_fence_duration_seconds',
    'Time from the arrival of a request to its verdict.',
    fenceBuckets,
  )
  const phases = histogram<'phase'>(
    'peerfence_fence_phase_duration_seconds',
    'Time that a phase of the last contact of a fence took.',
    phaseBuckets,
  )
  const retries = counter<'reason'>(
    'peerfence_fence_contact_retries_total',
    'Contacts that came to nothing and were made again, by why.',
  )
  const passedOn = counter<'said'>(
    'peerfence_passed_on_total',
    'Neighbours that were asked to fence in the place of this agent, by what they said.',
    ['dead', 'contact', 'words'].map((said) => ({ said })),
  )
  const rejected = counter<'code'>(
    'peerfence_http_requests_rejected_total',
    'Requests that were turned away at the door, by code.',
    Object.keys(errorCodes).map((code) => ({ code })),
  )
  const deliveries = counter<'end' | 'said'>(
    'peerfence_callback_deliveries_total',
    'Answers that were sent later, by how their delivery ended and what was said.',
    [
      { end: 'delivered', said: 'answer' },
      { end: 'delivered', said: 'verdict-expired' },
      { end: 'written-off', said: 'nothing' },
    ],
  )
  const attempts = counter<'status'>(
    'peerfence_callback_attempts_total',
    'Attempts to deliver an answer, by the class of the status that came back.',
    ['2xx', '4xx', '5xx', 'none'].map((status) => ({ status })),
  )
  const writes = histogram(
    'peerfence_journal_write_duration_seconds',
    'Time until a record of the journal was on disk, or was given up.',
    diskBuckets,
  )
  const failures = counter(
    'peerfence_journal_write_failures_total',
    'Records of the journal that the disk did not take.',
    [{}],
  )
  gauge('process_start_time_seconds', 'When the process began, in seconds since 1970.', () =>
    Math.round(performance.timeOrigin / 1000),
  )
  gauge('process_resident_memory_bytes', 'Resident memory of the process.', () =>
    process.memoryUsage.rss(),
  )
  return {
    onVerdict: ({ verdict, trail, durationMs }) => {
      const word = verdictWords[verdict.kind]
      verdicts.add({ verdict: word, reason: verdict.because })
      fences.observe({ verdict: word }, durationMs / 1000)
      for (const { phase, ms } of trail.phases) phases.observe({ phase }, ms / 1000)
      for (const { said } of trail.neighbours ?? []) passedOn.add({ said })
      for (const one of trail.earlier ?? []) retries.add({ reason: one.because })
    },
    onDelivery: ({ end, said }) => {
      deliveries.add({ end, said })
    },
    onAttempt: (status) => {
      attempts.add({ status: status === undefined ? 'none' : `${Math.floor(status / 100)}xx` })
    },
    onRejected: (code) => {
      rejected.add({ code })
    },
    onJournalWrite: (ms, isOnDisk) => {
      writes.observe({}, ms / 1000)
      if (!isOnDisk) failures.add({})
    },
    addGauges: ({ inFlight, lanes, callbacksWaiting, isReady, drill }) => {
      gauge('peerfence_fences_in_flight', 'Requests without a verdict yet.', inFlight)
      gauge(
        'peerfence_lanes',
        'Suspects that something is done for, or whose session is kept.',
        () => lanes().lanes,
      )
      gauge('peerfence_lane_queued', 'Requests that wait in lanes for a run.', () => lanes().queued)
      gauge('peerfence_lane_runs', 'Runs of the program on suspects.', () => lanes().runs)
      gauge('peerfence_lane_sessions', 'Sessions with suspects.', () => lanes().sessions)
      gauge(
        'peerfence_callbacks_waiting',
        'Answers on their way, or waiting for their callers.',
        callbacksWaiting,
      )
      gauge('peerfence_ready', '1 where this peer could fence when it was last looked at.', () => {
        const ready = isReady()
        return ready === undefined ? undefined : Number(ready)
      })
      gauge('peerfence_drill_age_seconds', 'Time since the last drill of all hosts ended.', () => {
        return drill()?.ageSec
      })
      gauge('peerfence_drill_could_fence', 'Hosts that could be fenced in the last drill.', () => {
        return drill()?.could
      })
      gauge('peerfence_drill_could_not_fence', 'Hosts that could not be fenced in it.', () => {
        return drill()?.couldNot
      })
    },
    text,
  }
}
