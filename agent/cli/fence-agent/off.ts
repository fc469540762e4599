/**
 * `off`: the one action that kills, and the one whose 0 lets a cluster start the VM elsewhere. The
 * VM has to be proven dead on every host where it may run.
 */
import { askPeers } from '../../client/ask-peers.ts'
import type { Advised } from '../../client/ask-peers.ts'
import type { FenceQuestion } from '../../client/post-question.ts'
import { adviceLine, outcomeLine } from '../ask/ask-advice.ts'
import type { Terminal } from '../subcommand.ts'
import { plain } from '../print-answer.ts'
import type { FenceAgentConfig } from './settings.ts'

interface Host {
  readonly host: string
  readonly advised: Advised
}

/** Never true of none: nothing that was asked proves nothing. */
export const isOff = (advised: readonly Advised[], isUnreachableOff: boolean): boolean =>
  advised.length > 0 &&
  advised.every(({ kind }) => {
    switch (kind) {
      case 'start':
        return true
      case 'start-at-risk':
        return isUnreachableOff
      case 'refuse':
        return false
    }
  })

export const off = async (
  questions: readonly FenceQuestion[],
  settings: FenceAgentConfig,
  terminal: Pick<Terminal, 'out' | 'err'>,
): Promise<boolean> => {
  const { peers, quorum, credentials, isExplained, isUnreachableOff } = settings
  const hosts = await Promise.all(
    questions.map(async (question) => {
      const advised = await askPeers(question, peers, { quorum, credentials, isExplained })
      return { host: question.targetHostIp, advised }
    }),
  )
  for (const one of hosts) terminal.err(linesOf(one, settings))
  const isDone = isOff(
    hosts.map(({ advised }) => advised),
    isUnreachableOff,
  )
  terminal.out(isDone ? 'Success: Powered OFF\n' : 'Failed: not proven off\n')
  return isDone
}

const linesOf = ({ host, advised }: Host, settings: FenceAgentConfig): string => {
  const lines = advised.heard.flatMap((heard) => {
    const { outcome } = heard
    if (!('answer' in outcome)) return [outcomeLine(heard)]
    const { summary, nextStep, explanation } = outcome.answer
    return [
      outcomeLine(heard),
      summary,
      ...(nextStep === '' ? [] : [`next: ${nextStep}`]),
      ...(settings.isExplained ? explanation : []),
    ]
  })
  return [...lines, ...closingOf(advised, settings)]
    .map((line) => `${plain(`${host}: ${line}`)}\n`)
    .join('')
}

/** What a host stands for in the end. That one is proven says nothing of the others. */
const closingOf = (advised: Advised, { isUnreachableOff }: FenceAgentConfig): readonly string[] => {
  switch (advised.kind) {
    case 'start':
      return []
    case 'start-at-risk':
      return [
        isUnreachableOff
          ? 'taken for off, at the risk of unreachable_is_off'
          : 'silence is no proof, and unreachable_is_off is not set',
      ]
    case 'refuse':
      return [adviceLine(advised)]
  }
}
