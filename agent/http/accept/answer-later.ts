/**
 * A request whose answer is to be sent to an address of the caller's: may it be, and then start it.
 */
import type { FastifyRequest } from 'fastify'
import type { AskedAnswer } from '../../contract/request/callback-headers.ts'
import { plainRejection } from '../../contract/reply/rejection.ts'
import type { Rejection } from '../../contract/reply/rejection.ts'
import type { AnswerBody, Callbacks } from '../../fence/callbacks.ts'
import type { FenceRequest, FenceSubject } from '../../fence/request.ts'
import { answerBody } from './answer-body.ts'
import type { AnswerDeps } from './answer-body.ts'
import type { Begin } from './capacity.ts'
import { allowedCallbacks, callerAddress } from './allowed-callback.ts'
import type { Caller } from '../admit/admit.ts'

export type AskedLater = Extract<AskedAnswer, { readonly kind: 'later' }>

export interface LaterDeps extends AnswerDeps {
  readonly callbacks: Callbacks
  /** Not asked for a task that is in flight already. */
  readonly begin: Begin
}

/**
 * Undefined where the answer will come: the fence was started, or the same task is in flight. The
 * caller is told at once, so that its connection is free again before the fence has done anything.
 */
export const laterAnswers = (
  callbackTo: readonly string[],
  parts: LaterDeps,
): ((
  asked: AskedLater,
  request: FenceRequest,
  http: FastifyRequest,
  caller: Pick<Caller, 'isUnix'>,
  isExplained: boolean,
) => Rejection | undefined) => {
  const { callbacks, begin } = parts
  const placeRefusal = allowedCallbacks(callbackTo)
  return ({ ask, destination }, request, http, { isUnix }, isExplained) => {
    const caller = callerAddress(http.raw.socket.remoteAddress, isUnix)
    const refusal = placeRefusal(destination.address, caller)
    if (refusal !== undefined) return refusal
    const recalled = callbacks.recall(request, ask)
    if (recalled === 'same') return undefined
    if (recalled === 'other') return plainRejection('FENCE_TASK_IN_USE')
    const begun = begin([request])
    if (begun.kind === 'refused') return begun.refusal
    const work = async (): Promise<AnswerBody> => {
      const { reply: _reply, ...answer } = await answerBody(http.log, request, parts, isExplained)
      return answer
    }
    if (callbacks.accept(subjectOf(request), ask, async () => await work().finally(begun.end))) {
      return undefined
    }
    begun.end()
    return plainRejection('FENCE_CALLBACKS_FULL')
  }
}

/** An answer may wait for minutes; the credentials of its request have no business there. */
const subjectOf = ({ fenceId, vm, suspect }: FenceRequest): FenceSubject => ({
  fenceId,
  vm,
  suspect: { addresses: suspect.addresses, hostUuid: suspect.hostUuid },
})
