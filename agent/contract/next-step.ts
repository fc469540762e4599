/** What a person does after a refusal, drawn from its reason and its evidence. */
import { doubts } from '../domain/verdict.ts'
import type { Doubt, Verdict } from '../domain/verdict.ts'
import type { FenceRecord } from '../fence/record.ts'
import { adviceOf } from './advice.ts'
import { seenInDoubt } from './seen-in-doubt.ts'

/** Undefined after a proof, which needs no next step. */
export const nextStepOf = (
  verdict: Verdict,
  { evidence, trail }: Pick<FenceRecord, 'evidence' | 'trail'>,
): string | undefined => {
  const { because } = verdict
  if (!isDoubt(because)) return undefined
  return [seenInDoubt(because, evidence, trail), adviceOf[because].person]
    .filter((text) => text !== '')
    .join(' ')
}

const isDoubt = (because: string): because is Doubt =>
  (doubts as readonly string[]).includes(because)
