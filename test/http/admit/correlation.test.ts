import { test } from 'tap'
import { correlationId, newId } from '../../../agent/http/admit/correlation.ts'

test('a harmless id is kept', async (t) => {
  for (const id of ['a', 'Req-1_2.3', 'x'.repeat(64)]) {
    t.equal(correlationId({ 'x-request-id': id }), id)
  }
})

test('any other is replaced by one of ours', async (t) => {
  const rows = [undefined, '', 'x'.repeat(65), 'a b', 'a\nb', 'é', '{"a":1}', 'a, b']
  for (const id of rows) {
    const headers = id === undefined ? {} : { 'x-request-id': id }
    t.match(correlationId(headers), /^[0-9a-f]{32}$/, String(id))
  }
  t.match(correlationId({ 'x-request-id': ['a', 'b'] }), /^[0-9a-f]{32}$/, 'a list')
})

test('two ids differ', async (t) => {
  t.not(newId(), newId())
})
