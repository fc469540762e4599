import { test } from 'tap'
import { adviceOf } from '../../../agent/contract/words/advice.ts'
import { nextStepOf } from '../../../agent/contract/words/next-step.ts'
import {
  confirmedDead,
  deathProofs,
  doubt,
  doubts,
  silenceProofs,
  unreachable,
} from '../../../agent/domain/verdict.ts'
import { fenceRecord } from '../../fixtures/values/fence-records.ts'

test('every refusal has a next step that ends with its advice, and no proof has one', async (t) => {
  for (const because of doubts) {
    const step = nextStepOf(doubt(because), fenceRecord())
    t.ok(step?.endsWith(adviceOf[because].person), because)
  }
  for (const because of deathProofs)
    t.equal(nextStepOf(confirmedDead(because), fenceRecord()), undefined)
  for (const because of silenceProofs)
    t.equal(nextStepOf(unreachable(because), fenceRecord()), undefined)
})

test('a refusal without anything seen is advice alone', async (t) => {
  const record = fenceRecord({
    evidence: { kind: 'own-trouble', because: 'shutting-down' },
    trail: { address: '', phases: [], detail: '' },
  })
  t.equal(nextStepOf(doubt('shutting-down'), record), adviceOf['shutting-down'].person)
})
