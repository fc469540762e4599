import { test } from 'tap'
import { probeSchema } from '../../agent/config/schema-probe.ts'

test('by default silence lasts 15 s, and counts only where ARP is asked', async (t) => {
  const { silenceSec, routedSilence, witnesses } = probeSchema.properties
  t.equal(silenceSec.default, 15)
  t.equal(routedSilence.default, 'refuse')
  t.same(witnesses.default, [])
})
