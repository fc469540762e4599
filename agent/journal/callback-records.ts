/**
 * Journal records of answers that are sent later: the answer before it leaves, and how its delivery
 * ended.
 */
import { asciiJson } from '../base/text/ascii-json.ts'
import type { DeliveryEnd, LaterAnswer } from '../fence/callbacks.ts'

export const answerLine = (
  { subject, ask, body, provenAt }: LaterAnswer,
  at: string,
  boot: string,
): string => {
  const { fenceId, vm, suspect } = subject
  return line({
    type: 'answer',
    at,
    fenceId,
    vm,
    suspect: { addresses: suspect.addresses, hostUuid: suspect.hostUuid },
    callback: { task: ask.task, url: ask.url },
    proceeds: provenAt !== undefined,
    ...(provenAt === undefined ? {} : { provenAt, boot }),
    body,
  })
}

export const deliveryLine = (delivery: DeliveryEnd, at: string): string => {
  const { subject, ask, end, said, attempts, status, ms } = delivery
  const { fenceId } = subject
  return line({ type: 'delivery', at, fenceId, task: ask.task, end, said, attempts, status, ms })
}

const line = (record: object): string => `${asciiJson(record)}\n`
