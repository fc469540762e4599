import { test } from 'tap'
import { rejectionReply, plainRejection } from '../../../agent/contract/reply/rejection.ts'
import { errorCodes } from '../../../agent/contract/reply/error-codes.ts'
import type { ErrorCode } from '../../../agent/contract/reply/error-codes.ts'

test('whatever the code, no verdict is true and success is false', async (t) => {
  for (const code of Object.keys(errorCodes) as ErrorCode[]) {
    const reply = rejectionReply(plainRejection(code))
    t.strictSame(
      [reply.success, reply.qemuConfirmedDead, reply.qemuStillAlive, reply.targetHostUnreachable],
      [false, false, false, false],
      code,
    )
    t.equal(reply.error, `${code}: ${errorCodes[code].meaning}`)
  }
})

test('the error names field and rule', async (t) => {
  const reply = rejectionReply({ code: 'FENCE_FIELD_INVALID', field: 'vmUuid', rule: 'a uuid' })
  t.equal(reply.error, 'FENCE_FIELD_INVALID: vmUuid: a uuid')
  t.match(reply, { code: 'FENCE_FIELD_INVALID', field: 'vmUuid', rule: 'a uuid' })
})
