import type { Evidence } from '../domain/evidence.ts'
import type { Verdict } from '../domain/verdict.ts'
import type { ContactTrail } from './contact-trail.ts'
import type { FenceRequest } from './request.ts'

/** The one value that answer, log line and journal record are made of. */
export interface FenceRecord {
  readonly request: FenceRequest
  readonly verdict: Verdict
  readonly evidence: Evidence
  readonly trail: ContactTrail
  readonly startedAt: string
  readonly durationMs: number
}
