/** A reply that was written down, read again: as little of it is believed as possible. */
import { vmUuidHex } from '../../domain/vm-uuid.ts'
import type { AnswerBody } from '../../fence/callbacks.ts'
import type { FenceSubject } from '../../fence/request.ts'

export interface ReadReply {
  /** No caller proceeds on it, whichever of its words it reads. */
  readonly isRefusal: boolean
  readonly fenceId: unknown
  readonly vm: unknown
  readonly address: unknown
}

/** Undefined for what is no JSON object. */
export const readBack = (body: string): ReadReply | undefined => {
  const reply = parse(body)
  if (reply === undefined) return undefined
  const { success, qemuConfirmedDead, targetHostUnreachable, fenceId, vmUuid, targetHostIp } = reply
  const isRefusal =
    success === false && qemuConfirmedDead === false && targetHostUnreachable === false
  return { isRefusal, fenceId, vm: vmUuid, address: targetHostIp }
}

export const isReplyAbout = (reply: ReadReply, { fenceId, vm, suspect }: FenceSubject): boolean =>
  reply.fenceId === fenceId && reply.vm === vmUuidHex(vm) && reply.address === suspect.addresses[0]

/**
 * Decides whether a stored answer may be sent. A journal is a file: what is not said to be a proof
 * must be a refusal, and every proof is about its record.
 */
export const isCredible = ({ body, provenAt }: AnswerBody, subject: FenceSubject): boolean => {
  const read = readBack(body)
  if (read === undefined) return false
  return provenAt === undefined ? read.isRefusal : isReplyAbout(read, subject)
}

const parse = (body: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}
