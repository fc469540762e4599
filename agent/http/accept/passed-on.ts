/** Fences that another agent passes on: whether they are taken, and when they are called off. */
import type { ServerResponse } from 'node:http'
import { plainRejection } from '../../contract/reply/rejection.ts'
import type { Rejection } from '../../contract/reply/rejection.ts'
import type { FenceRequest } from '../../fence/request.ts'
import type { Caller } from '../admit/admit.ts'

/** Undefined where a caller asked, or an agent that may. */
export const passedOnRefusal = (
  { passedOnBy, callback, suspect }: FenceRequest,
  { mayPassOn }: Pick<Caller, 'mayPassOn'>,
  agentId: string,
): Rejection | undefined => {
  if (passedOnBy === undefined) return undefined
  const plain = plainRejection('FENCE_PASSED_ON_NOT_TAKEN')
  if (!mayPassOn) return plain
  // Reached by another address of this very agent: its way is the one that failed already.
  if (passedOnBy === agentId) return { ...plain, rule: 'it comes from this very agent' }
  if (callback !== undefined) {
    return { code: 'FENCE_FIELD_INVALID', field: 'callbackurl', rule: 'not beside passedOnBy' }
  }
  const isWithSecret = suspect.password !== undefined || suspect.privateKey !== undefined
  return isWithSecret ? plainRejection('FENCE_CREDENTIALS_NOT_ALLOWED') : undefined
}

/**
 * Aborts when the connection closes before the whole answer is out. An agent that passed a fence on
 * closes it as soon as its own ends: whatever is killed after that may be a VM that runs again.
 */
export const hungUp = (response: ServerResponse): AbortSignal => {
  const gone = new AbortController()
  const onClose = (): void => {
    if (!response.writableFinished) gone.abort()
  }
  // It may have been closed while the request was read: nobody says so a second time.
  if (response.closed) onClose()
  else response.once('close', onClose)
  return gone.signal
}
