/** A fence by this very process, where no agent runs: the same use case, the same journal, the same rules. */
import { dirname } from 'node:path'
import type { Heard } from '../client/ask-peers.ts'
import { composeFence } from '../compose-fence.ts'
import type { FenceParts } from '../compose-fence.ts'
import type { Config } from '../config/config.ts'
import { doorReply } from '../contract/door-reply.ts'
import type { DoorRefusal } from '../contract/door-reply.ts'
import { doorCodes } from '../contract/error-codes.ts'
import { judgeAnswer } from '../contract/judged-answer.ts'
import type { FenceRequest } from '../fence/request.ts'
import { answerBody } from '../http/answer-body.ts'
import { createAllowedSuspects } from '../http/allowed-suspect.ts'
import { newId } from '../http/correlation.ts'
import { ownHostRefusal, readOwnHost, zstackUuidsFile } from '../http/own-host.ts'
import { makeLog } from '../journal/log.ts'
import { asOwnerOf } from './as-owner.ts'
import type { AskedFor } from './fence-question.ts'
import { withProgress } from './progress.ts'
import type { Edge } from './subcommand.ts'
import { whoAsks } from './who-asks.ts'

/** Undefined where nothing could be begun; why was told. */
export const fenceStandAlone = async (
  { question, request: asked }: Extract<AskedFor, { kind: 'question' }>,
  config: Config,
  isExplained: boolean,
  edge: Edge,
): Promise<Heard['said'] | undefined> => {
  const request: FenceRequest = {
    ...asked,
    fenceId: newId(),
    requestId: newId(),
    askedBy: `${whoAsks(edge)} on the command line`,
    budgetMs: Math.min(asked.budgetMs, config.fence.budgetMaxSec * 1000),
  }
  const own = readOwnHost(config.host.uuid, zstackUuidsFile)
  const refusal =
    ownHostRefusal(request.suspect, own, config.suspects) ??
    createAllowedSuspects(config.suspects.networks).refusalOf(request.suspect)
  if (refusal !== undefined) return turnedAway(refusal)
  return await asOwnerOf(dirname(config.journal.file), async () => {
    // What is to be said is said once, below; the journal is the record.
    const log = makeLog('silent', { write: nothing })
    let parts: FenceParts
    try {
      parts = await composeFence(config, log, nobodyWatches)
    } catch (error) {
      edge.err(`peerfence: nothing was begun: ${String(error)}\n`)
      return undefined
    }
    const { service, board, clock, journal } = parts
    const words = (): string => board.list()[0]?.phase ?? 'ends'
    const { body } = await withProgress(request.budgetMs, words, { clock, edge }, async () => {
      return await answerBody(log, request, { service, nowMs: clock.nowMs }, isExplained)
    })
    await journal.close()
    return judgeAnswer(question, 200, body)
  })
}

const nothing = (): void => undefined
const nobodyWatches = { onVerdict: nothing, onJournalWrite: nothing }

const turnedAway = (refusal: DoorRefusal): Heard['said'] => {
  const { error, code } = doorReply(refusal)
  return { kind: 'turned-away', status: doorCodes[code].status, code, error, isOfPeer: false }
}
