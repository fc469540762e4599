import { test } from 'tap'
import { httpSchema } from '../../agent/config/schema-http.ts'

test('nobody but this host may ask by default', async (t) => {
  const places = httpSchema.properties.listeners.default.map(({ at }) => at)
  t.match(places, [/^127\.0\.0\.1:[0-9]+$/, /^unix:/])
  t.equal(places.length, 2)
})
