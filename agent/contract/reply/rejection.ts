import { errorCodes } from './error-codes.ts'
import type { ErrorCode } from './error-codes.ts'

/** A request that was turned away before anything was done on any suspect. */
export interface Rejection {
  readonly code: ErrorCode
  /** The field of the request that breaks a rule; empty where it is not about one field. */
  readonly field: string
  /** The rule that was broken, in words; never the value that broke it. */
  readonly rule: string
}

export interface RejectionReply {
  readonly success: false
  readonly qemuConfirmedDead: false
  readonly qemuStillAlive: false
  readonly targetHostUnreachable: false
  readonly error: string
  readonly code: ErrorCode
  readonly field: string
  readonly rule: string
}

/**
 * No verdict is true: a caller that counts the true ones, or reads `success`, refuses either way.
 */
export const rejectionReply = ({ code, field, rule }: Rejection): RejectionReply => ({
  success: false,
  qemuConfirmedDead: false,
  qemuStillAlive: false,
  targetHostUnreachable: false,
  error: `${code}: ${field === '' ? '' : `${field}: `}${rule}`,
  code,
  field,
  rule,
})

/** A refusal that is about the request as a whole: its rule is the code's own meaning. */
export const plainRejection = (code: ErrorCode): Rejection => ({
  code,
  field: '',
  rule: errorCodes[code].meaning,
})
