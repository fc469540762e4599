/**
 * Which answers a journal owes to callers: those that were asked for later and have no delivery
 * record.
 */
import { parseVmUuid } from '../domain/vm-uuid.ts'
import { parseHostAddress } from '../base/net/host-address.ts'
import type { AnswerBody, LeftAnswer } from '../fence/callbacks.ts'
import type { CallbackAsk, FenceSubject } from '../fence/request.ts'

/** One line of a journal, whoever wrote it. */
export type JournalRecord = Readonly<Record<string, unknown>>

/** Follows the records in their order. Afterwards the map holds what is owed, by fence id. */
export const settleCallback = (
  record: JournalRecord,
  left: Map<string, LeftAnswer>,
  boot: string,
): void => {
  const { type, fenceId } = record
  if (type === 'delivery' && typeof fenceId === 'string') left.delete(fenceId)
  if (type !== 'intent' && type !== 'answer') return
  const subject = subjectOf(record)
  const ask = askOf(record['callback'])
  // Most intents ask for no callback.
  if (subject === undefined || ask === undefined) return
  const answer = type === 'answer' ? answerOf(record, boot) : undefined
  left.set(subject.fenceId, {
    subject,
    ask,
    at: textOf(record['at']),
    ...(answer === undefined ? {} : { answer }),
  })
}

/**
 * A body that may proceed without a time that can be read, or from before this boot, is as old as
 * can be: it will not be sent.
 */
const answerOf = (record: JournalRecord, boot: string): AnswerBody | undefined => {
  const { body, proceeds, provenAt } = record
  const isOfThisBoot = boot !== '' && record['boot'] === boot
  if (typeof body !== 'string') return undefined
  return proceeds === false ? { body } : { body, provenAt: isOfThisBoot ? textOf(provenAt) : '' }
}

const subjectOf = ({ fenceId, vm: vmText, suspect }: JournalRecord): FenceSubject | undefined => {
  if (typeof fenceId !== 'string' || !isObject(suspect)) return undefined
  const { addresses: texts, hostUuid } = suspect
  const vm = parseVmUuid(textOf(vmText))
  const [first, ...further] = Array.isArray(texts)
    ? texts.flatMap((text) => parseHostAddress(textOf(text)) ?? [])
    : []
  if (vm === undefined || first === undefined) return undefined
  return { fenceId, vm, suspect: { addresses: [first, ...further], hostUuid: textOf(hostUuid) } }
}

const askOf = (callback: unknown): CallbackAsk | undefined => {
  if (!isObject(callback)) return undefined
  const { task, url } = callback
  return typeof task === 'string' && typeof url === 'string' ? { task, url } : undefined
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

const isObject = (value: unknown): value is JournalRecord =>
  typeof value === 'object' && value !== null
