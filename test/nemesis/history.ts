/** What happened in one round, as seen from outside. All times are ms since the machine's boot. */
import type { FaultName } from './kinds.ts'

export interface RoundHistory {
  readonly fences: readonly FenceSeen[]
  /** What was seen of a VM after its fence was answered. */
  readonly sightings: readonly Sighting[]
  readonly bystanders: readonly BystanderSeen[]
  /** The records of the agent's journal at the end, in order. */
  readonly journal: readonly JournalRecord[]
}

export interface FenceSeen {
  readonly vm: string
  readonly requestId: string
  readonly faults: readonly FaultName[]
  /** Whether a correct agent can prove the death of the VM under these faults. */
  readonly recoverable: boolean
  readonly sentMs: number
  readonly endedMs: number
  readonly budgetMs: number
  /** How late the observer itself got the processor meanwhile. */
  readonly lagMs: number
  /** Undefined where no whole answer came back. */
  readonly answer: Answer | undefined
  /** Whether we killed the agent while the request was on its way. */
  readonly agentKilled: boolean
  readonly atAnswer: AtAnswer
}

export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

/** The truth at the moment of the answer. */
export interface AtAnswer {
  readonly living: readonly LivingQemu[]
  readonly counters: readonly number[]
  /** The records that the journal held of this request. */
  readonly journal: readonly JournalRecord[]
  /**
   * When each address of the request, and the witness, was last heard of; read for `unreachable`
   * only.
   */
  readonly lastHeardMs: Readonly<Record<string, number>>
  readonly suspectAddresses: readonly string[]
  readonly witnessAddress: string
}

/** A qemu of the VM with at least one task that is neither Z nor X. */
export interface LivingQemu {
  readonly pid: number
  readonly startedMs: number
  readonly tasks: readonly string[]
}

export interface Sighting {
  readonly vm: string
  readonly atMs: number
  readonly living: readonly LivingQemu[]
  readonly counters: readonly number[]
}

export interface BystanderSeen {
  readonly name: string
  readonly isAlive: boolean
}

export interface JournalRecord {
  readonly type: string
  readonly fenceId: string
  readonly requestId: string
  readonly verdict: string
  readonly reason: string
}
