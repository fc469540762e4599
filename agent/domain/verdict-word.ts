import { confirmedDead, deathProofs, doubt, doubts, silenceProofs, unreachable } from './verdict.ts'
import type { Verdict } from './verdict.ts'

/**
 * The words of the three verdicts wherever one is shown: answer, journal, log, metrics, command
 * line.
 */
export const verdictWords = {
  'confirmed-dead': 'qemuConfirmedDead',
  unreachable: 'targetHostUnreachable',
  'still-alive': 'qemuStillAlive',
} as const satisfies Readonly<Record<Verdict['kind'], string>>

export type VerdictWord = (typeof verdictWords)[Verdict['kind']]

/**
 * Reads a verdict that was written down. Undefined unless the word and a reason of its own kind are
 * there: a garbled line must not look like a proof.
 */
export const parseVerdict = (word: unknown, reason: unknown): Verdict | undefined => {
  const death = deathProofs.find((one) => one === reason)
  const silence = silenceProofs.find((one) => one === reason)
  const doubtful = doubts.find((one) => one === reason)
  if (word === verdictWords['confirmed-dead']) return death && confirmedDead(death)
  if (word === verdictWords.unreachable) return silence && unreachable(silence)
  return word === verdictWords['still-alive'] ? doubtful && doubt(doubtful) : undefined
}
