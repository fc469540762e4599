import type { LaneCounts } from './lane/lane.ts'
import type { FenceRecord } from './record.ts'
import type { FenceRequest } from './request.ts'

/** The use case, as the inbound edge sees it. */
export interface FenceService {
  /**
   * Answers with a verdict for every accepted request; never rejects. Once `calledOff` aborts it
   * refuses, and nothing more is begun for this request alone.
   */
  readonly fence: (request: FenceRequest, calledOff?: AbortSignal) => Promise<FenceRecord>
  /**
   * Requests that were accepted and have no verdict yet. Counts a request from the call of `fence`
   * on.
   */
  readonly inFlight: () => number
  /** The lanes to suspects, and what waits and runs in them. */
  readonly lanes: () => LaneCounts & { readonly lanes: number }
  /**
   * Refuses what is left after `graceMs` with `shutting-down`; resolves when everything was
   * answered.
   */
  readonly drain: (graceMs: number) => Promise<void>
}
