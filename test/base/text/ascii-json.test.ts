import * as fc from 'fast-check'
import { test } from 'tap'
import { asciiJson } from '../../../agent/base/text/ascii-json.ts'

test('text beyond ASCII is escaped', async (t) => {
  t.equal(
    asciiJson({ a: 'é\u0085\u2028\u007f😀' }),
    '{"a":"\\u00e9\\u0085\\u2028\\u007f\\ud83d\\ude00"}',
  )
})

test('it reads back as what it was, and is printable ASCII', async (t) => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })),
      (value) => {
        const text = asciiJson(value)
        return (
          /^[\x20-\x7e]*$/.test(text) &&
          t.strictSame({ ...(JSON.parse(text) as object) }, { ...value })
        )
      },
    ),
    { numRuns: 50 },
  )
})
