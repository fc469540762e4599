import { test } from 'tap'
import { httpSchema } from '../../agent/config/schema-http.ts'

test('nobody but this host may ask by default', async (t) => {
  t.match(httpSchema.properties.listen.default, /^127\.0\.0\.1:/)
})
