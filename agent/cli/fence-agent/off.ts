/**
 * `off`: the one action that kills, and the one whose 0 lets a cluster start the VM elsewhere. The VM has to be proven
 * dead on every host where it may run.
 */
import { askPeers } from '../../client/ask-peers.ts'
import type { Advised } from '../../client/ask-peers.ts'
import type { FenceQuestion } from '../../client/post-question.ts'
import { adviceLine, heardLine } from '../ask-advice.ts'
import type { Edge } from '../subcommand.ts'
import { plain } from '../tell-answer.ts'
import type { Settings } from './settings.ts'

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
  settings: Settings,
  edge: Pick<Edge, 'out' | 'err'>,
): Promise<boolean> => {
  const { peers, quorum, credentials, isExplained, isUnreachableOff } = settings
  const hosts = await Promise.all(
    questions.map(async (question) => {
      const advised = await askPeers(question, peers, { quorum, credentials, isExplained })
      return { host: question.targetHostIp, advised }
    }),
  )
  for (const one of hosts) edge.err(linesOf(one, settings))
  const isDone = isOff(
    hosts.map(({ advised }) => advised),
    isUnreachableOff,
  )
  edge.out(isDone ? 'Success: Powered OFF\n' : 'Failed: not proven off\n')
  return isDone
}

const linesOf = ({ host, advised }: Host, settings: Settings): string => {
  const lines = advised.heard.flatMap((heard) => {
    const { said } = heard
    if (!('answer' in said)) return [heardLine(heard)]
    const { summary, nextStep, explanation } = said.answer
    return [
      heardLine(heard),
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
const closingOf = (advised: Advised, { isUnreachableOff }: Settings): readonly string[] => {
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
