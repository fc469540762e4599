import { test } from 'tap'
import { callbacksSchema } from '../../agent/config/schema-callbacks.ts'

test('by default answers go back to where the request came from, and a proof does not keep', async (t) => {
  const { to, retrySec, proofSec } = callbacksSchema.properties
  t.same(to.default, [])
  t.ok((proofSec.default as number) < (retrySec.default as number))
})
