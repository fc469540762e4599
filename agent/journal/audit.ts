import type { Logger } from 'pino'
import { mayProceed } from '../domain/verdict.ts'
import { verdictWords } from '../domain/verdict-word.ts'
import type { DeliveryEnd } from '../fence/callbacks.ts'
import type { FenceRecord } from '../fence/record.ts'

/** Writes exactly one line per verdict, from the value that answer and journal are made of too. */
export const auditLine =
  (log: Logger) =>
  ({ request, verdict, trail, durationMs }: FenceRecord): void => {
    const fields = {
      fenceId: request.fenceId,
      requestId: request.requestId,
      askedBy: request.askedBy,
      passedOnBy: request.passedOnBy,
      vm: request.vm,
      suspect: request.suspect.addresses[0],
      suspectUuid: request.suspect.hostUuid,
      verdict: verdictWords[verdict.kind],
      reason: verdict.because,
      durationMs,
      contact: trail.address,
      phases: trail.phases,
      detail: trail.detail,
      neighbours: trail.neighbours,
      earlier: (trail.earlier ?? []).map(({ because, ...rest }) => ({ reason: because, ...rest })),
    }
    if (mayProceed(verdict)) log.info(fields, 'verdict reached')
    else log.warn(fields, 'verdict reached')
  }

/** One line per answer that was sent later; what it said is in the line of its verdict. */
export const deliveryAudit =
  (log: Logger) =>
  ({ subject, ask, end, said, attempts, status, ms }: DeliveryEnd): void => {
    const { fenceId, vm } = subject
    const fields = { fenceId, vm, task: ask.task, end, said, attempts, status, ms }
    if (end === 'delivered' && said === 'answer') log.info(fields, 'answer delivered')
    else log.warn(fields, end === 'delivered' ? 'answer delivered' : 'answer not delivered')
  }
