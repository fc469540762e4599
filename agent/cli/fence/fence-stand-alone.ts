/**
 * A fence by this very process, where no agent runs: the same use case, the same journal, the same
 * rules.
 */
import { dirname } from 'node:path'
import type { PeerOutcome } from '../../client/ask-peers.ts'
import { composeSuspectAccess } from '../../compose/suspect-access.ts'
import { composeFence } from '../../compose/fence.ts'
import type { FenceDepsMade } from '../../compose/fence.ts'
import type { Config } from '../../config/config.ts'
import { judgeAnswer } from '../../client/judge-answer.ts'
import { answerBody } from '../../http/accept/answer-body.ts'
import { readAgentId } from '../../journal/agent-id.ts'
import { makeLog } from '../../journal/log.ts'
import { asOwnerOf } from '../as-owner.ts'
import type { AskedFor } from '../fence-question.ts'
import { withProgress } from '../progress.ts'
import { beginStandAlone, refusedHere } from '../stand-alone.ts'
import type { Terminal } from '../subcommand.ts'

/** Undefined where nothing could be begun; why was told. */
export const fenceStandAlone = async (
  { question, request: asked }: Extract<AskedFor, { kind: 'question' }>,
  config: Config,
  isExplained: boolean,
  terminal: Terminal,
): Promise<PeerOutcome['outcome'] | undefined> => {
  const request = beginStandAlone(asked, config, terminal)
  const rejected = refusedHere(request.suspect, config)
  if (rejected !== undefined) return rejected
  const folder = dirname(config.journal.file)
  return await asOwnerOf(folder, async () => {
    // What is to be said is said once, below; the journal is the record.
    const log = makeLog('silent', { write: nothing })
    let parts: FenceDepsMade
    try {
      const access = await composeSuspectAccess(config)
      parts = await composeFence(config, 'stand-alone', access, log, nobodyWatches)
    } catch (error) {
      terminal.err(`peerfence: nothing was begun: ${String(error)}\n`)
      return undefined
    }
    const { service, board, clock, journal } = parts
    // The same voter as the agent of this host has.
    const { id: agentId } = await readAgentId(folder)
    const words = (): string => board.list()[0]?.phase ?? 'ends'
    const { body } = await withProgress(request.budgetMs, words, { clock, terminal }, async () => {
      return await answerBody(log, request, { service, agentId, nowMs: clock.nowMs }, isExplained)
    })
    await journal.close()
    return judgeAnswer(question, 200, body)
  })
}

const nothing = (): void => undefined
const nobodyWatches = { onVerdict: nothing, onJournalWrite: nothing }
