/** What the revisions of a management node make of a call: three rules for one answer. */
import { ReadFailure, readAnswer } from './gson.ts'
import type { ReadAnswer } from './gson.ts'

export type CallEnd =
  | { readonly kind: 'answered'; readonly body: string }
  /** No connection, or a status of 400 and above: the call fails at once. */
  | { readonly kind: 'transport-error'; readonly status: number; readonly body: string }
  | { readonly kind: 'timeout' }

export type Decision = 'proceed' | 'refuse'
type Rule = (answer: ReadAnswer) => Decision

/** Exactly one of three has to be true, and it must not be the wrong one. */
const finalSeed: Rule = ({
  success,
  qemuConfirmedDead: dead,
  qemuStillAlive: alive,
  targetHostUnreachable: unreachable,
}) => {
  if (!success) return 'refuse'
  if ([dead, alive, unreachable].filter((one) => one === true).length !== 1) return 'refuse'
  return alive === true ? 'refuse' : 'proceed'
}

const earlier: Rule = ({ success, qemuStillAlive: alive }) => {
  if (!success && alive !== true) return 'refuse'
  return alive === true ? 'refuse' : 'proceed'
}

const successor: Rule = ({ success }) => (success ? 'proceed' : 'refuse')

export const revisions = { 'final seed': finalSeed, earlier, successor } as const
export type Revision = keyof typeof revisions

export const decideOn = (end: CallEnd, revision: Revision): Decision => {
  if (end.kind !== 'answered') return 'refuse'
  try {
    return revisions[revision](readAnswer(end.body))
  } catch (error) {
    if (error instanceof ReadFailure) return 'refuse'
    throw error
  }
}

/** In the order of `revisions`. */
export const decisionsOn = (end: CallEnd): readonly Decision[] =>
  (Object.keys(revisions) as Revision[]).map((revision) => decideOn(end, revision))
