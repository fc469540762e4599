/** From an accepted request to the body of its answer, whatever happens on the way. */
import type { FastifyBaseLogger } from 'fastify'
import { explainedReply } from '../../contract/reply/explain.ts'
import { bugReply, fenceReply } from '../../contract/reply/fence-reply.ts'
import type { FenceReply } from '../../contract/reply/fence-reply.ts'
import { asciiJson } from '../../base/text/ascii-json.ts'
import type { AnswerBody } from '../../fence/callbacks.ts'
import type { FenceRecord } from '../../fence/record.ts'
import type { FenceRequest } from '../../fence/request.ts'
import type { FenceService } from '../../fence/service.ts'

export interface AnswerDeps {
  readonly service: FenceService
  readonly agentId: string
  /** Monotonic, in ms. */
  readonly nowMs: () => number
}

export interface Answer extends AnswerBody {
  readonly reply: FenceReply
}

/**
 * The fence runs to its end even when the caller has gone: half a fence proves nothing, and the
 * journal tells. One that was passed on ends with the fence of the agent that did so: `calledOff`.
 */
export const answerBody = async (
  log: FastifyBaseLogger,
  request: FenceRequest,
  { service, agentId, nowMs }: AnswerDeps,
  isExplained = false,
  calledOff?: AbortSignal,
): Promise<Answer> => {
  const startMs = nowMs()
  try {
    const record = await service.fence(request, calledOff)
    assertAnswers(record, request)
    const reply = isExplained ? explainedReply(record, agentId) : fenceReply(record, agentId)
    const body = asciiJson(reply)
    return reply.success ? { reply, body, provenAt: provenAt(record) } : { reply, body }
  } catch (error) {
    log.error({ err: error, fenceId: request.fenceId }, 'fence ended by a bug; refused')
    const reply = bugReply(request, nowMs() - startMs, agentId)
    return { reply, body: asciiJson(reply) }
  }
}

/**
 * An identical request may share one fence, but a verdict about another VM or host answers nothing.
 */
const assertAnswers = (record: FenceRecord, request: FenceRequest): void => {
  const isAboutIt =
    record.request.vm === request.vm &&
    record.request.suspect.addresses[0] === request.suspect.addresses[0]
  if (!isAboutIt) throw new Error('the record is about another VM or another host')
}

/**
 * A ms earlier than it was: both numbers are rounded, and a proof must not look as if it were to
 * come.
 */
const provenAt = ({ startedAt, durationMs, evidence }: FenceRecord): string => {
  // When a neighbour proved it only its clock knows: not before we asked.
  const afterMs = evidence.kind === 'passed-on' ? evidence.death.askedAfterMs : durationMs
  const provenMs = Date.parse(startedAt) + Math.max(0, Math.round(afterMs) - 1)
  return Number.isNaN(provenMs) ? '' : new Date(provenMs).toISOString()
}
