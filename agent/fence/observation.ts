import type { Evidence } from '../domain/evidence.ts'
import type { ContactTrail } from './contact-trail.ts'

/** What one fence observed, and how. */
export interface Observation {
  readonly evidence: Evidence
  readonly trail: ContactTrail
}
