/** What peers said and what the caller may do now, in words and as an exit code. Pure. */
import type { Advised, Heard, Refusing } from '../client/ask-peers.ts'
import { exitCodes } from './exit-code.ts'
import type { ExitCode } from './exit-code.ts'
import { plain, withoutVerdict } from './tell-answer.ts'

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
  'turned-away': { code: exitCodes.turnedAway, words: 'the question was turned away' },
  'quorum-missing': {
    code: exitCodes.quorumMissing,
    words:
      'the host is silent, but too few agents of different failure domains say so (two addresses of one agent are one)',
  },
  'nobody-answered': { code: exitCodes.hostUnavailable, words: 'no peer gave a verdict' },
}

export const adviceLine = (advised: Advised): string => {
  switch (advised.kind) {
    case 'start':
      return 'You may start the VM elsewhere.'
    case 'start-at-risk':
      return 'You may start the VM elsewhere, if you accept the risk: a host that is cut off from every network looks the same, and may still write.'
    case 'refuse':
      return `Do NOT start the VM elsewhere: ${refusals[advised.why].words}.`
  }
}

export const heardLine = ({ peer: { name, domain }, said, voice }: Heard): string => {
  const where = plain(domain === undefined ? name : `${name} (${domain})`)
  return 'answer' in said
    ? `${where}: ${plain(said.answer.verdict)}, ${plain(said.answer.reason)}${voiceWords(voice)}`
    : `${where}: ${String(withoutVerdict(said))}`
}

const voiceWords = (voice: Heard['voice']): string => {
  switch (voice?.kind) {
    case undefined:
      return ''
    case 'told':
      return `, agent ${voice.agentId}`
    case 'untold':
      return ', by its address: it tells no id'
    case 'unknown':
      return ', which does not count: its id makes no sense'
  }
}
