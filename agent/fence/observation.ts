import type { Evidence } from '../domain/evidence.ts'
import type { ContactTrail } from './contact-trail.ts'

/** What one fence observed, and how. */
export interface Observation {
  readonly evidence: Evidence
  readonly trail: ContactTrail
  /**
   * When the program was sent, on the clock's scale: what was started since it may not have seen.
   * Absent where it was not.
   */
  readonly sentMs?: number | undefined
}
