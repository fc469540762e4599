/** What a peer said, as a person or a program reads it, and the exit code that says the same. */
import type { PeerOutcome } from '../client/ask-peers.ts'
import type { PeerAnswer } from '../client/judge-answer.ts'
import { plainText } from '../base/text/plain-text.ts'
import { exitCodes } from './exit-code.ts'
import type { ExitCode } from './exit-code.ts'
import type { Paint } from './colour.ts'

/** 0 for a proof of death alone. */
export const exitCodeOf = (outcome: PeerOutcome['outcome']): ExitCode => {
  switch (outcome.kind) {
    case 'confirmed-dead':
      return exitCodes.done
    case 'unreachable':
      return exitCodes.unreachable
    case 'refused':
    case 'unclear':
      return exitCodes.refused
    case 'turned-away':
    case 'no-such-path':
      return exitCodes.rejected
    case 'unanswered':
      return exitCodes.hostUnavailable
  }
}

/** What came instead of a verdict; undefined for a verdict. */
export const withoutVerdict = (outcome: PeerOutcome['outcome']): string | undefined => {
  switch (outcome.kind) {
    case 'confirmed-dead':
    case 'unreachable':
    case 'refused':
      return undefined
    case 'unclear':
      return `the answer cannot be believed: ${plain(outcome.because)}`
    case 'turned-away':
      return `turned away (${outcome.status}), nothing was done: ${plain(outcome.error)}`
    case 'no-such-path':
      return 'it answers, and knows no such path (404): an older agent, or something else at this place'
    case 'unanswered':
      return `no answer: ${plain(outcome.because)}`
  }
}

const lineMax = 1000
/** Of somebody else's words nothing may move the cursor. */
export const plain = (text: string): string => plainText(text, lineMax)

const colourOf = { 'confirmed-dead': 'green', unreachable: 'yellow', refused: 'red' } as const

/** A refusal that has killed says so. An agent that does not know the word says nothing. */
const killedLines = (killed: unknown): readonly string[] => {
  const { is, pids } = Object(killed) as { readonly is?: unknown; readonly pids?: unknown }
  if (is === 'not-known') return ['killed: not known, the host was lost before it said so']
  if (is !== 'yes') return []
  return [`killed: qemu ${plain(Array.isArray(pids) ? pids.map(String).join(', ') : '')}`]
}

/** Lines for a person, without their ends. */
export const answerLines = (
  kind: keyof typeof colourOf,
  answer: PeerAnswer,
  isExplained: boolean,
  paint: Paint,
): readonly string[] => {
  const { verdict, reason, summary, nextStep, body, explanation, fenceId, durationMs } = answer
  const head = `${paint(plain(verdict), colourOf[kind])} ${plain(reason)}`
  if (isExplained && explanation.length > 0) return [head, ...explanation.map(plain)]
  return [
    head,
    plain(summary),
    ...(kind === 'refused' ? killedLines(body['killed']) : []),
    ...(nextStep === '' ? [] : [`next: ${plain(nextStep)}`]),
    paint(`fence ${plain(fenceId)}, ${durationMs} ms`, 'dim'),
  ]
}
