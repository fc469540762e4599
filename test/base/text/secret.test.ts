import { inspect } from 'node:util'
import { test } from 'tap'
import { Secret } from '../../../agent/base/text/secret.ts'

test('a secret is told only on request', async (t) => {
  const secret = new Secret('s3cr3t-value')
  const ways = [
    String(secret),
    secret.toString(),
    JSON.stringify({ secret }),
    inspect(secret),
    inspect({ deep: [secret] }, { depth: 9, showHidden: true }),
    JSON.stringify(Object.entries(secret)),
    inspect(new Error('failed', { cause: secret })),
  ]
  for (const text of ways) t.notMatch(text, /s3cr3t/)
  t.equal(secret.reveal(), 's3cr3t-value')
})

test('secrets can be compared without being told', async (t) => {
  t.ok(new Secret('a').equals(new Secret('a')))
  t.notOk(new Secret('a').equals(new Secret('b')))
  t.notOk(new Secret('a').equals(undefined))
})
