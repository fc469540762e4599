import { test } from 'tap'
import { explainQuerySchema } from '../../agent/contract/explain-query.ts'
import { queryRules } from '../../agent/contract/field-rules.ts'

test('every word of the query has its rule, by which a refusal names it', async (t) => {
  t.same(Object.keys(explainQuerySchema.properties), Object.keys(queryRules))
})
