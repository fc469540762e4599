import type { Clock } from '../base/time/clock.ts'
import type { ProbeAddress } from './address.ts'
import type { RunTool } from './run-tool.ts'

/** What the questions of one probe share. */
export interface ProbeRun {
  readonly run: RunTool
  readonly clock: Clock
  /** Ends everything: the request's end, or the end of the budget. */
  readonly signal: AbortSignal
  /** When the fence began, on the clock's scale. */
  readonly sinceMs: number
  readonly oldEntries: OldEntries
  readonly knock: Knock
}

/**
 * Whether a TCP connection to the port is taken; ends within `timeoutMs`, or soon after the signal.
 * Never rejects.
 */
export type Knock = (
  address: string,
  port: number,
  timeoutMs: number,
  signal: AbortSignal,
) => Promise<boolean>

export interface OpenRound {
  /** Whether an entry of this address was taken away since the round began. */
  readonly isVoid: () => boolean
  /** Whether that entry was surely older than the fence of this round. */
  readonly isDated: () => boolean
  /**
   * The begin of the first of all fences that probe at this address now: who dates an entry dates
   * it for all.
   */
  readonly firstSinceMs: () => number
  readonly end: () => void
}

/**
 * `gone`: another fence had taken it, or the kernel had given it up. `kept`: not permitted, or not
 * to be touched.
 */
export type Removal = 'removed' | 'gone' | 'kept'

export interface OldEntries {
  readonly beginRound: (probe: ProbeRun, address: ProbeAddress, device: string) => OpenRound
  /** `isDated`: the entry is surely older than all fences that probe at this address. */
  readonly remove: (
    probe: ProbeRun,
    address: ProbeAddress,
    device: string,
    isDated: boolean,
  ) => Promise<Removal>
}
