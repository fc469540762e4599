import type { Evidence } from '../domain/evidence.ts'
import type { ContactTrail } from './trail.ts'

/** What one fence observed, and how. */
export interface Observation {
  readonly evidence: Evidence
  readonly trail: ContactTrail
}
