import { Ajv } from 'ajv'
import { test } from 'tap'
import { batchReply } from '../../../agent/contract/reply/batch-reply.ts'
import { rejectionReply, plainRejection } from '../../../agent/contract/reply/rejection.ts'
import { errorCodes } from '../../../agent/contract/reply/error-codes.ts'
import type { ErrorCode } from '../../../agent/contract/reply/error-codes.ts'
import { explainedReply } from '../../../agent/contract/reply/explain.ts'
import { bugReply, fenceReply } from '../../../agent/contract/reply/fence-reply.ts'
import { inFlightReply } from '../../../agent/contract/reply/in-flight-reply.ts'
import { lookSchema, unfenceSchema } from '../../../agent/contract/reply/look-schemas.ts'
import { lookReply } from '../../../agent/contract/reply/look-reply.ts'
import { unfenceReply } from '../../../agent/contract/reply/unfence-reply.ts'
import { historyReply } from '../../../agent/contract/reply/history-reply.ts'
import * as schemas from '../../../agent/contract/reply/reply-schemas.ts'
import {
  confirmedDead,
  deathProofs,
  doubt,
  doubts,
  silenceProofs,
  unreachable,
} from '../../../agent/domain/verdict.ts'
import { openServer } from '../../fixtures/servers/agent-server.ts'
import {
  agentId,
  fenceRecord,
  fenceRequest,
  lookEvidence,
  lookRecord,
} from '../../fixtures/values/fence-records.ts'

const ajv = new Ajv({ strict: true, allErrors: true })
const faults = (schema: object, value: unknown) => {
  const validate = ajv.compile(schema)
  // What is sent is JSON: a property that is undefined is not there.
  validate(JSON.parse(JSON.stringify(value)))
  return validate.errors
}

test('every answer fits its schema', async (t) => {
  const all = [
    ...deathProofs.map(confirmedDead),
    ...silenceProofs.map(unreachable),
    ...doubts.map(doubt),
  ]
  for (const verdict of all) {
    const record = fenceRecord({ verdict })
    t.equal(faults(schemas.answerSchema, fenceReply(record, agentId)), null, verdict.because)
    t.equal(faults(schemas.answerSchema, explainedReply(record, agentId)), null, verdict.because)
  }
  t.equal(faults(schemas.answerSchema, bugReply(fenceRequest(), 7, agentId)), null)
  for (const code of Object.keys(errorCodes) as ErrorCode[]) {
    t.equal(faults(schemas.rejectionSchema, rejectionReply(plainRejection(code))), null, code)
  }
  const past = {
    ...fenceRequest(),
    action: 'fence' as const,
    quarantine: '',
    askedAt: '',
    endedAt: '2026-11-22T00:00:00Z',
    verdict: doubt('unkillable'),
    durationMs: 7,
    detail: '',
  }
  const open = { ...past, endedAt: '', verdict: undefined, durationMs: undefined }
  for (const next of [7, undefined]) {
    const page = historyReply({ fences: [past, open], next, garbled: 0 }, Date.now())
    t.equal(faults(schemas.historySchema, page), null)
  }
  const replies = [
    fenceReply(fenceRecord(), agentId),
    fenceReply(fenceRecord({ verdict: doubt('unkillable') }), agentId),
  ]
  t.equal(faults(schemas.batchSchema, batchReply(replies)), null)
  t.equal(faults(schemas.batchSchema, batchReply(replies.slice(0, 1))), null)
  for (const isExplained of [true, false]) {
    const evidences = [
      lookEvidence(),
      ...doubts.map((because) => ({ kind: 'refusal', because }) as const),
    ]
    for (const evidence of evidences) {
      const reply = lookReply(lookRecord({ evidence }), isExplained)
      t.equal(faults(lookSchema, reply), null)
      const lift = unfenceReply(lookRecord({ evidence }), isExplained)
      t.equal(faults(unfenceSchema, lift), null)
    }
  }
  const inFlight = inFlightReply([
    { request: fenceRequest(), action: 'look', phase: 'queue', elapsedMs: 1 },
  ])
  t.equal(faults(schemas.inFlightSchema, inFlight), null)
})

test('what the agent says of itself fits, too', async (t) => {
  const { server } = openServer()
  const rows = [
    ['/healthz', schemas.healthSchema],
    ['/readyz', schemas.readySchema],
    ['/version', schemas.versionSchema],
  ] as const
  for (const [path, schema] of rows) {
    t.equal(faults(schema, (await server.inject(path)).json()), null, path)
  }
})

test('a schema that forgets or invents a property is noticed', async (t) => {
  const reply = fenceReply(fenceRecord(), agentId)
  const { fenceId: _, ...less } = reply
  t.match(faults(schemas.answerSchema, less), [{ keyword: 'required' }])
  t.match(faults(schemas.answerSchema, { ...reply, more: 1 }), [
    { keyword: 'additionalProperties' },
  ])
  t.match(
    faults(schemas.rejectionSchema, {
      ...rejectionReply(plainRejection('FENCE_BUSY')),
      success: true,
    }),
    [{ keyword: 'const' }],
  )
})
