/**
 * The chain of evidence of one fence as lines for a person, in the order in which it came to be.
 */
import { vmUuidHex } from '../../domain/vm-uuid.ts'
import type { Doubt } from '../../domain/verdict.ts'
import type { FenceRecord } from '../../fence/record.ts'
import type { ContactTrail, NeighbourAsked } from '../../fence/contact-trail.ts'
import { adviceOf, callerMay } from '../words/advice.ts'
import { explainEvidence } from '../words/explain-evidence.ts'
import { fenceReply } from './fence-reply.ts'
import type { FenceReply } from './fence-reply.ts'
import { plainText } from '../../base/text/plain-text.ts'

export interface ExplainedReply extends FenceReply {
  readonly explanation: readonly string[]
}

/**
 * The reply that everybody gets, and how it came to be. Its last lines are made of the reply
 * itself.
 */
export const explainedReply = (record: FenceRecord, agentId: string): ExplainedReply => {
  const reply = fenceReply(record, agentId)
  const { request, evidence, trail, startedAt } = record
  const { addresses } = request.suspect
  return {
    ...reply,
    explanation: [
      `${startedAt} fence ${request.fenceId}: ${plainText(request.askedBy)} asks for VM ${vmUuidHex(request.vm)} on ${addresses.join(', ')}, within ${request.budgetMs / 1000} s`,
      ...explainContacts(trail),
      ...explainEvidence(evidence),
      `after ${reply.durationMs} ms: ${reply.verdict}, ${reply.reason}: ${reply.summary}`,
      haLine(reply),
      ...(reply.nextStep === undefined ? [] : [`next: ${reply.nextStep}`]),
    ],
  }
}

export const explainContacts = (trail: ContactTrail) => {
  const { earlier = [], address, phases, detail, neighbours = [] } = trail
  const before = earlier.map(
    (one, index) => `contact ${index + 1}, ${one.ms} ms: ${one.because}: ${plainText(one.detail)}`,
  )
  const at = address === '' ? '' : ` at ${plainText(address)}`
  const times = phases.map(({ phase, ms }) => `${phase} ${ms} ms`).join(', ')
  const end = detail === '' ? '' : `: ${plainText(detail)}`
  return [
    ...before,
    `contact ${earlier.length + 1}${at}${times === '' ? '' : `, ${times}`}${end}`,
    ...neighbours.map(explainNeighbour),
  ]
}

const explainNeighbour = ({ name, agentId, fenceId, said, because, ms }: NeighbourAsked) => {
  const who = agentId === '' ? '' : ` (agent ${plainText(agentId)}, fence ${plainText(fenceId)})`
  return `asked ${plainText(name)}${who} to fence in our place, ${ms} ms: ${said}: ${plainText(because)}`
}

/** The reason of a refusal is a doubt: the reply has seen to that. */
const haLine = ({ success, qemuConfirmedDead, reason }: FenceReply): string => {
  if (!success) return `HA ${callerMay[adviceOf[reason as Doubt].caller]}`
  return `HA ${qemuConfirmedDead ? haMay.dead : haMay.unreachable}`
}

/** What HA does on a verdict that lets it proceed; the contract page says the same. */
export const haMay = {
  dead: 'may start the VM elsewhere',
  unreachable: 'may start the VM elsewhere, if it accepts this risk',
} as const
