import { test } from 'tap'
import { neighboursSchema } from '../../agent/config/schema-neighbours.ts'

test('by default nobody is asked; whoever has neighbours asks two of them, early', async (t) => {
  const { agents, ask, ownPercent } = neighboursSchema.properties
  t.same([agents.default, ask.default, ownPercent.default], [[], 2, 25])
})
