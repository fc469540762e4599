import { Ajv } from 'ajv'
import { test } from 'tap'
import { explainQuerySchema } from '../../../agent/contract/request/explain-query.ts'
import { queryRules, refusalOfFault } from '../../../agent/contract/request/field-rules.ts'
import {
  parseHistoryQuery,
  historyQuerySchema,
} from '../../../agent/contract/request/history-query.ts'
import type { HistoryFilter } from '../../../agent/contract/request/history-query.ts'
import { tableUnder, word } from '../../fixtures/values/contract-page.ts'
import { vmHex, vmUuid } from '../../fixtures/values/fence-records.ts'

const validate = new Ajv({ coerceTypes: false }).compile<HistoryFilter>(historyQuerySchema)
const parse = (query: object) => {
  if (!validate(query)) return { kind: 'refused', refusal: refusalOfFault(validate.errors?.[0]) }
  return parseHistoryQuery(query)
}

test('filters become what they say', async (t) => {
  t.strictSame(parse({}), { kind: 'accepted', query: { limit: 50 } })
  t.strictSame(
    parse({
      vm: vmHex.toUpperCase(),
      host: 'fd00::7',
      since: '2026-11-22',
      limit: '200',
      before: '7',
    }),
    {
      kind: 'accepted',
      query: { vm: vmUuid(), host: 'fd00::7', since: '2026-11-22', limit: 200, before: 7 },
    },
  )
  t.match(parse({ host: '0f'.repeat(16) }), { kind: 'accepted' })
  t.match(parse({ since: '2026-11-22T08:00:00.123+01:00' }), { kind: 'accepted' })
})

test('what breaks a rule is named, with the rule', async (t) => {
  const rows: readonly (readonly [object, string])[] = [
    [{ vm: 'web-1' }, 'vm'],
    [{ vm: 'f'.repeat(99) }, 'vm'],
    [{ vm: ['a', 'b'] }, 'vm'],
    [{ host: 'a b' }, 'host'],
    [{ since: 'yesterday' }, 'since'],
    [{ since: '2026-13-45' }, 'since'],
    [{ limit: '0' }, 'limit'],
    [{ limit: '201' }, 'limit'],
    [{ limit: '1e3' }, 'limit'],
    [{ before: '-1' }, 'before'],
  ]
  for (const [query, field] of rows) {
    const refusal = { code: 'FENCE_FIELD_INVALID', field, rule: queryRules[field] }
    t.match(parse(query), { kind: 'refused', refusal }, JSON.stringify(query))
  }
  t.match(parse({ hunter2: '1' }), {
    kind: 'refused',
    refusal: { field: 'query', rule: 'only vm, host, since, limit and before' },
  })
})

test('every word of a query has its rule, by which a refusal names it', async (t) => {
  const words = [explainQuerySchema, historyQuerySchema].flatMap(({ properties }) =>
    Object.keys(properties),
  )
  t.same(words, Object.keys(queryRules))
})

test('the contract page lists every word with its rule', async (t) => {
  const listed = tableUnder('## Besides').map(([name, rule]) => [word(name), rule])
  const { explain: _, ...rules } = queryRules
  t.strictSame(listed, Object.entries(rules))
})
