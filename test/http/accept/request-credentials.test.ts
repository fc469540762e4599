import { test } from 'tap'
import { Secret } from '../../../agent/base/text/secret.ts'
import { settleCredentials } from '../../../agent/http/accept/request-credentials.ts'
import { fenceRequest } from '../../fixtures/values/fence-records.ts'

const accepted = (part: Parameters<typeof fenceRequest>[0]) =>
  ({ kind: 'accepted', requests: [fenceRequest(part), fenceRequest(part)] }) as const

const withPassword = accepted({ password: new Secret('p') })
const withKey = accepted({ privateKey: new Secret('k') })
const without = accepted({})

test('accepted, they stay', async (t) => {
  t.equal(settleCredentials(withPassword, 'accept'), withPassword)
})

test('ignored, they are gone and all else stays', async (t) => {
  const settled = settleCredentials(withPassword, 'ignore')
  t.strictSame(settled, without)
  t.strictSame(settleCredentials(withKey, 'ignore'), without)
})

test('refused, the field is named', async (t) => {
  const code = 'FENCE_CREDENTIALS_NOT_ALLOWED'
  t.match(settleCredentials(withPassword, 'refuse'), {
    kind: 'refused',
    refusal: { code, field: 'targetHostPassword' },
  })
  t.match(settleCredentials(withKey, 'refuse'), {
    kind: 'refused',
    refusal: { code, field: 'targetHostPrivateKey' },
  })
})

test('a request without them is left alone', async (t) => {
  for (const policy of ['accept', 'ignore', 'refuse'] as const) {
    t.strictSame(settleCredentials(without, policy), without)
  }
  const refused = {
    kind: 'refused',
    refusal: { code: 'FENCE_FIELD_INVALID', field: '', rule: '' },
  } as const
  t.equal(settleCredentials(refused, 'refuse'), refused)
})
