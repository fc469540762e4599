import type { Logger } from 'pino'
import { mayProceed } from '../domain/verdict.ts'
import type { FenceRecord } from '../fence/record.ts'

/** Writes exactly one line per verdict, from the value that answer and journal are made of too. */
export const auditLine =
  (log: Logger) =>
  ({ request, verdict, trail, durationMs }: FenceRecord): void => {
    const fields = {
      fenceId: request.fenceId,
      requestId: request.requestId,
      askedBy: request.askedBy,
      vm: request.vm,
      suspect: request.suspect.addresses[0],
      suspectUuid: request.suspect.hostUuid,
      verdict: verdict.kind,
      because: verdict.because,
      durationMs,
      contact: trail.address,
      phases: trail.phases,
      detail: trail.detail,
      earlier: trail.earlier ?? [],
    }
    if (mayProceed(verdict)) log.info(fields, 'verdict reached')
    else log.warn(fields, 'verdict reached')
  }
