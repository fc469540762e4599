import { test } from 'tap'
import { suspectsSchema } from '../../agent/config/schema-suspects.ts'

test('by default a suspect is a whole other host', async (t) => {
  const { allowLoopback, pidNamespace } = suspectsSchema.properties
  t.equal(allowLoopback.default, false)
  t.equal(pidNamespace.default, 'initial')
  t.equal(suspectsSchema.properties.neverMet.default, 'accept')
})
