/**
 * What a look saw, as a person or a program reads it, and the exit code that says the same: never
 * 0.
 */
import type { PeerOutcome } from '../../client/ask-peers.ts'
import type { JudgedLook, SeenReply } from '../../client/judge-look.ts'
import type { Paint } from '../colour.ts'
import { exitCodes } from '../exit-code.ts'
import { plain } from '../print-answer.ts'

export type SaidOfLook =
  JudgedLook | Extract<PeerOutcome['outcome'], { readonly kind: 'unanswered' }>

export type LookExitCode = (typeof exitCodes)[
  'runs' | 'notSeen' | 'cannotTell' | 'rejected' | 'hostUnavailable']

export const lookExitCode = ({ kind }: SaidOfLook): LookExitCode => {
  if (kind === 'runs') return exitCodes.runs
  if (kind === 'not-seen') return exitCodes.notSeen
  return untoldExitCode(kind)
}

/** Where what a visit was for was not told, whatever it was for. */
export const untoldExitCode = (
  kind: 'cannot-tell' | 'unclear' | 'turned-away' | 'no-such-path' | 'unanswered',
): LookExitCode => {
  switch (kind) {
    case 'cannot-tell':
    case 'unclear':
      return exitCodes.cannotTell
    case 'turned-away':
    case 'no-such-path':
      return exitCodes.rejected
    case 'unanswered':
      return exitCodes.hostUnavailable
  }
}

/** Lines for a person, without their ends. */
export const lookLines = (
  kind: 'runs' | 'not-seen' | 'cannot-tell',
  reply: SeenReply,
  isExplained: boolean,
  paint: Paint,
): readonly string[] =>
  visitLines(['look', headOf[kind](reply.pids, plain(reply.reason))], reply, isExplained, paint)

/** The same of any visit that bears no verdict; `head` is what is said first of all. */
export const visitLines = (
  [visit, head]: readonly ['look' | 'visit', string],
  { summary, nextStep, explanation, durationMs }: SeenReply,
  isExplained: boolean,
  paint: Paint,
): readonly string[] => [
  paint(head, 'yellow'),
  plain(summary),
  ...(isExplained ? explanation.map(plain) : []),
  `next: ${plain(nextStep)}`,
  paint(`a ${visit} of ${durationMs} ms; no verdict, and no proof`, 'dim'),
]

const headOf = {
  runs: (pids: readonly number[]) => `runs (pid ${pids.join(', ')})`,
  'not-seen': () => 'not seen',
  'cannot-tell': (_pids: readonly number[], reason: string) => `cannot tell: ${reason}`,
} as const
