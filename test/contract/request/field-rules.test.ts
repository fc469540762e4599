import { test } from 'tap'
import {
  brokenField,
  fieldRules,
  refusalOfFault,
} from '../../../agent/contract/request/field-rules.ts'

test('a missing field is told from a broken one', async (t) => {
  t.same(
    refusalOfFault({
      instancePath: '',
      keyword: 'required',
      params: { missingProperty: 'vmUuid' },
    }),
    {
      code: 'FENCE_FIELD_MISSING',
      field: 'vmUuid',
      rule: `required: ${fieldRules['vmUuid'] ?? ''}`,
    },
  )
  t.match(
    refusalOfFault({ instancePath: '', keyword: 'required', params: { missingProperty: 'other' } }),
    { code: 'FENCE_FIELD_MISSING', field: 'other', rule: /JSON object/ },
  )
})

test('an element of a list is reported as its field', async (t) => {
  t.match(refusalOfFault({ instancePath: '/targetHostAddresses/3', keyword: 'type', params: {} }), {
    code: 'FENCE_FIELD_INVALID',
    field: 'targetHostAddresses',
  })
})

test('a body that is no object, and a fault without details, are about the whole body', async (t) => {
  const whole = brokenField('body')
  t.same(refusalOfFault({ instancePath: '', keyword: 'type', params: {} }), whole)
  t.same(refusalOfFault({ instancePath: '', keyword: 'required', params: {} }), whole)
  t.same(refusalOfFault(undefined), whole)
  t.match(whole, { code: 'FENCE_FIELD_INVALID', field: 'body', rule: /JSON object/ })
})
