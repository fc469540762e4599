/**
 * A `FenceRecord` to the reply body. Besides the door reply, the only place that knows the three
 * wire booleans.
 */
import { vmUuidHex } from '../../domain/vm-uuid.ts'
import { deathProofs, doubt, doubts, silenceProofs } from '../../domain/verdict.ts'
import type { Because, Doubt, Verdict } from '../../domain/verdict.ts'
import { verdictWords } from '../../domain/verdict-word.ts'
import type { VerdictWord } from '../../domain/verdict-word.ts'
import { killedIn } from '../../fence/killed.ts'
import type { Killed } from '../../fence/killed.ts'
import type { Evidence } from '../../domain/evidence.ts'
import type { NeighbourDeath } from '../../domain/neighbour-evidence.ts'
import type { FenceRecord } from '../../fence/record.ts'
import type { FenceSubject } from '../../fence/request.ts'
import { summariseEvidence } from './evidence-summary.ts'
import { nextStepOf } from '../words/next-step.ts'
import { metWords } from '../words/silence-words.ts'
import { summaries } from '../words/summary.ts'

export interface FenceReply {
  /** False whenever the caller must not proceed: some callers read nothing else. */
  readonly success: boolean
  readonly qemuConfirmedDead: boolean
  readonly qemuStillAlive: boolean
  readonly targetHostUnreachable: boolean
  readonly verdict: VerdictWord
  readonly reason: Because
  readonly summary: string
  /** Present on a refusal only. */
  readonly error?: string
  /** What a person does next, drawn from the evidence. Present on a refusal only. */
  readonly nextStep?: string
  readonly fenceId: string
  /** Whose word it is: whoever counts votes counts this one, wherever the request was sent. */
  readonly agentId: string
  /** Who proved it in our place; present on a death alone that another agent proved. */
  readonly by?: { readonly agentId: string; readonly fenceId: string }
  /** Echoed where the request was passed on: the agent that did so. */
  readonly passedOnBy?: string
  /** 32 hex digits in lower case, the management node's form, whatever form the request had. */
  readonly vmUuid: string
  readonly targetHostUuid: string
  readonly targetHostIp: string
  readonly durationMs: number
  /** Of a refusal, too: what the fence has killed on the host. */
  readonly killed: Killed
  readonly evidence: object
}

/** As much of a record as the answer tells. */
export interface AnsweredRecord extends Pick<
  FenceRecord,
  'verdict' | 'evidence' | 'trail' | 'durationMs'
> {
  readonly request: FenceSubject
}

/** Whoever weighs the risk of a silence wants to know whether it is that of a host. */
const metBefore = (evidence: Evidence): string =>
  evidence.kind === 'silence' ? ` ${metWords(evidence.silence.everMet)}.` : ''

export const fenceReply = (record: AnsweredRecord, agentId: string): FenceReply => {
  const { request, evidence, trail, durationMs } = record
  const verdict = provenOrDoubt(record.verdict)
  const isDead = verdict.kind === 'confirmed-dead'
  const isUnreachable = verdict.kind === 'unreachable'
  const isRefused = !isDead && !isUnreachable
  const summary = isUnreachable
    ? `${summaries[verdict.because]}${metBefore(evidence)}`
    : summaries[verdict.because]
  const nextStep = nextStepOf(verdict, record)
  const vmUuid = vmUuidHex(request.vm)
  const [targetHostIp] = request.suspect.addresses
  const killed = killedIn(evidence, trail)
  const error = `VM ${vmUuid} on host ${targetHostIp} is not proven dead (${verdict.because}): ${summary}${killedWords(killed)}`
  return {
    success: !isRefused,
    qemuConfirmedDead: isDead,
    qemuStillAlive: isRefused,
    targetHostUnreachable: isUnreachable,
    verdict: verdictWords[verdict.kind],
    reason: verdict.because,
    summary,
    ...(isRefused ? { error } : {}),
    ...(nextStep === undefined ? {} : { nextStep }),
    fenceId: request.fenceId,
    agentId,
    ...(isDead && evidence.kind === 'passed-on' ? { by: proverOf(evidence.death) } : {}),
    ...(request.passedOnBy === undefined ? {} : { passedOnBy: request.passedOnBy }),
    vmUuid,
    targetHostUuid: request.suspect.hostUuid,
    targetHostIp,
    durationMs: Math.round(durationMs),
    killed,
    evidence: summariseEvidence(evidence, trail),
  }
}

const proverOf = ({ agentId, fenceId }: NeighbourDeath) => ({ agentId, fenceId })

/** Behind a sentence. */
const killedWords = ({ is, pids }: Killed): string => {
  switch (is) {
    case 'yes':
      return ` Killed: qemu ${pids.join(', ')}.`
    case 'not-known':
      return ' Whether anything was killed is not known.'
    case 'no':
      return ''
  }
}

/** A refusal of our own making, where there is no record to tell of. */
export const refusalReply = (
  request: FenceSubject,
  because: Doubt,
  durationMs: number,
  agentId: string,
): FenceReply =>
  fenceReply(
    {
      request,
      verdict: doubt(because),
      evidence: { kind: 'own-trouble', because },
      trail: { address: '', phases: [], detail: '' },
      durationMs,
    },
    agentId,
  )

/**
 * The reply where a bug left no record: an accepted request is always answered, and then with a
 * refusal.
 */
export const bugReply = (request: FenceSubject, durationMs: number, agentId: string): FenceReply =>
  refusalReply(request, 'internal-error', durationMs, agentId)

/**
 * The types say that a verdict bears a reason of its own kind. Two wire words start a VM elsewhere,
 * so this last step before the wire asks again at run time: a mismatch is a bug, and a bug refuses.
 */
const provenOrDoubt = (verdict: Verdict): Verdict => {
  const own: Readonly<Record<Verdict['kind'], readonly string[]>> = {
    'confirmed-dead': deathProofs,
    unreachable: silenceProofs,
    'still-alive': doubts,
  }
  const reasons: readonly string[] = Object.hasOwn(own, verdict.kind) ? own[verdict.kind] : []
  return reasons.includes(verdict.because) ? verdict : doubt('internal-error')
}
