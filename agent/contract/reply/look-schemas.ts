/** JSON Schemas of what bears no verdict: a look, and a quarantine that was lifted. */
import { liftDoubts } from '../../domain/lift.ts'
import { lookDoubts } from '../../domain/sight.ts'
import { doubts } from '../../domain/verdict.ts'
import { closed, count, text, vmUuid } from './closed-schema.ts'

/** Of each of them. */
const withoutVerdict = {
  summary: text,
  nextStep: text,
  vmUuid,
  targetHostUuid: text,
  targetHostIp: text,
  durationMs: count,
  evidence: { type: 'object', description: 'What was seen. For people; it may change.' },
  explanation: { type: 'array', items: text, description: 'With ?explain=1 alone.' },
} as const

export const unfenceSchema = closed(
  'What came of lifting a quarantine. It is no answer of a fence and bears no verdict.',
  {
    success: { const: false, description: 'False always: whoever takes it for a fence refuses.' },
    error: text,
    quarantine: { type: 'string', enum: ['lifted', 'not-set', 'cannot-tell'] },
    reason: {
      type: 'string',
      enum: [...doubts, ...lookDoubts, ...liftDoubts, ''],
      description: 'Why it cannot be told; empty where it can.',
    },
    ...withoutVerdict,
  },
  ['explanation'],
)

export const lookSchema = closed(
  'What a look saw. It is no answer of a fence and bears no verdict.',
  {
    success: { const: false, description: 'False always: whoever takes it for a fence refuses.' },
    error: text,
    seen: { type: 'string', enum: ['runs', 'not-seen', 'cannot-tell'] },
    pids: { type: 'array', items: count, description: 'As the host numbers its processes.' },
    reason: {
      type: 'string',
      enum: [...doubts, ...lookDoubts, ''],
      description: 'Why it cannot be told; empty where it can.',
    },
    ...withoutVerdict,
  },
  ['explanation'],
)
