/** What a person does after a refusal, drawn from its reason and its evidence. */
import type { Doubt, Verdict } from '../../domain/verdict.ts'
import type { FenceRecord } from '../../fence/record.ts'
import { adviceOf } from './advice.ts'
import { seenInDoubt } from './particulars.ts'

/** Undefined after a proof, which needs no next step. */
export const nextStepOf = (
  verdict: Verdict,
  { evidence, trail }: Pick<FenceRecord, 'evidence' | 'trail'>,
): string | undefined => {
  return verdict.kind === 'still-alive'
    ? stepAfter(verdict.because, { evidence, trail })
    : undefined
}

export const stepAfter = (
  because: Doubt,
  { evidence, trail }: Pick<FenceRecord, 'evidence' | 'trail'>,
): string =>
  [seenInDoubt(because, evidence, trail), adviceOf[because].person]
    .filter((text) => text !== '')
    .join(' ')
