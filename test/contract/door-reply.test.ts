import { test } from 'tap'
import { doorReply, plainRefusal } from '../../agent/contract/door-reply.ts'
import { doorCodes } from '../../agent/contract/error-codes.ts'
import type { DoorCode } from '../../agent/contract/error-codes.ts'

test('whatever the code, no verdict is true and success is false', async (t) => {
  for (const code of Object.keys(doorCodes) as DoorCode[]) {
    const reply = doorReply(plainRefusal(code))
    t.strictSame(
      [reply.success, reply.qemuConfirmedDead, reply.qemuStillAlive, reply.targetHostUnreachable],
      [false, false, false, false],
      code,
    )
    t.equal(reply.error, `${code}: ${doorCodes[code].meaning}`)
  }
})

test('the error names field and rule', async (t) => {
  const reply = doorReply({ code: 'FENCE_FIELD_INVALID', field: 'vmUuid', rule: 'a uuid' })
  t.equal(reply.error, 'FENCE_FIELD_INVALID: vmUuid: a uuid')
  t.match(reply, { code: 'FENCE_FIELD_INVALID', field: 'vmUuid', rule: 'a uuid' })
})
