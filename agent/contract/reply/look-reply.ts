/**
 * What a look saw, on the wire. It is no answer of a fence: none of the three verdicts is in it,
 * and `success` is false always, so that whoever takes it for one refuses.
 */
import { vmUuidHex } from '../../domain/vm-uuid.ts'
import { sightOf } from '../../domain/sight.ts'
import type { Blindness, Sight } from '../../domain/sight.ts'
import type { LookRecord } from '../../inspect/look.ts'
import { summariseEvidence } from './evidence-summary.ts'
import { explainContacts } from './explain.ts'
import { explainEvidence } from '../words/explain-evidence.ts'
import { blindnessWords } from '../words/look-words.ts'

/** What every reply without a verdict bears. */
export interface PartsOfReply {
  readonly vmUuid: string
  readonly targetHostUuid: string
  readonly targetHostIp: string
  readonly durationMs: number
  readonly evidence: object
  readonly explanation?: readonly string[]
}

export interface LookReply extends PartsOfReply {
  readonly success: false
  readonly error: string
  readonly seen: Sight['kind']
  /** Of the qemus that run; empty where none was seen. */
  readonly pids: readonly number[]
  /** Why it cannot be told; empty where it can. */
  readonly reason: Blindness | ''
  readonly summary: string
  readonly nextStep: string
}

const noProof = 'a look proves nothing: ask for a fence before the VM is started elsewhere'

export const lookReply = (record: LookRecord, isExplained: boolean): LookReply => {
  const sight = sightOf(record.seen.evidence)
  return {
    success: false,
    error: noProof,
    seen: sight.kind,
    pids: sight.kind === 'runs' ? sight.pids : [],
    reason: sight.kind === 'cannot-tell' ? sight.because : '',
    ...wordsOf(sight, record),
    ...partsOfReply(record, isExplained),
  }
}

export const partsOfReply = (
  { request, seen, durationMs }: LookRecord,
  isExplained: boolean,
): PartsOfReply => {
  const { evidence, trail } = seen
  const lines = [...explainContacts(trail), ...explainEvidence(evidence)]
  return {
    vmUuid: vmUuidHex(request.vm),
    targetHostUuid: request.suspect.hostUuid,
    targetHostIp: request.suspect.addresses[0],
    durationMs: Math.round(durationMs),
    evidence: summariseEvidence(evidence, trail),
    ...(isExplained ? { explanation: lines } : {}),
  }
}

const wordsOf = (
  sight: Sight,
  { seen }: Pick<LookRecord, 'seen'>,
): Pick<LookReply, 'summary' | 'nextStep'> => {
  switch (sight.kind) {
    case 'runs':
      return {
        summary: 'The VM runs on the host.',
        nextStep: 'Ask for a fence if it has to end there.',
      }
    case 'not-seen':
      return {
        summary: 'Nothing of the VM was seen on the host at that moment, which is no proof.',
        nextStep: 'Ask for a fence before it is started elsewhere.',
      }
    case 'cannot-tell':
      return blindnessWords(sight.because, seen)
  }
}
