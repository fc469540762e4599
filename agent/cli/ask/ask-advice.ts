/** What peers said and what the caller may do now, in words and as an exit code. Pure. */
import type { Advised, PeerOutcome, Refusing } from '../../client/ask-peers.ts'
import { exitCodes } from '../exit-code.ts'
import type { ExitCode } from '../exit-code.ts'
import { plain, withoutVerdict } from '../print-answer.ts'

/** What the caller may do, without who said so. */
export type Advice =
  Pick<Extract<Advised, { kind: 'refuse' }>, 'kind' | 'why'> | { kind: 'start' | 'start-at-risk' }

/** By one verdict alone. */
export const adviceOn = (kind: 'confirmed-dead' | 'unreachable' | 'refused'): Advice => {
  switch (kind) {
    case 'confirmed-dead':
      return { kind: 'start' }
    case 'unreachable':
      return { kind: 'start-at-risk' }
    case 'refused':
      return { kind: 'refuse', why: 'refused' }
  }
}

/** 0 for a proof of death alone. */
export const askExitCode = (advised: Advised): ExitCode => {
  switch (advised.kind) {
    case 'start':
      return exitCodes.done
    case 'start-at-risk':
      return exitCodes.unreachable
    case 'refuse':
      return refusals[advised.why].code
  }
}

const refusals: Readonly<Record<Refusing, { readonly code: ExitCode; readonly words: string }>> = {
  refused: {
    code: exitCodes.refused,
    words: 'a peer refused, and no other is to be asked for a better answer',
  },
  unclear: { code: exitCodes.refused, words: 'a peer gave an answer that cannot be believed' },
  'turned-away': { code: exitCodes.rejected, words: 'the question was turned away' },
  'quorum-missing': {
    code: exitCodes.quorumMissing,
    words:
      'the host is silent, but too few agents of different failure domains say so (two addresses of one agent are one)',
  },
  'nobody-answered': { code: exitCodes.hostUnavailable, words: 'no peer gave a verdict' },
}

export const adviceLine = (advised: Advice): string => {
  switch (advised.kind) {
    case 'start':
      return 'You may start the VM elsewhere.'
    case 'start-at-risk':
      return 'You may start the VM elsewhere, if you accept the risk: a host that is cut off from every network looks the same, and may still write.'
    case 'refuse':
      return `Do NOT start the VM elsewhere: ${refusals[advised.why].words}.`
  }
}

export const outcomeLine = ({ peer: { name, domain }, outcome, voter }: PeerOutcome): string => {
  const where = plain(domain === undefined ? name : `${name} (${domain})`)
  return 'answer' in outcome
    ? `${where}: ${plain(outcome.answer.verdict)}, ${plain(outcome.answer.reason)}${voterWords(voter)}`
    : `${where}: ${String(withoutVerdict(outcome))}`
}

const voterWords = (voter: PeerOutcome['voter']): string => {
  switch (voter?.kind) {
    case undefined:
      return ''
    case 'told':
      return `, agent ${voter.agentId}`
    case 'untold':
      return ', by its address: it tells no id'
    case 'unknown':
      return ', which does not count: its id makes no sense'
  }
}
