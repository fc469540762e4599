import { test } from 'tap'
import { errorCodes } from '../../../agent/contract/reply/error-codes.ts'
import { tableUnder, word } from '../../fixtures/values/contract-page.ts'

test('the contract page lists every code with its status and meaning', async (t) => {
  const listed = tableUnder('## Turned away at the door').map(([code, status, meaning]) => [
    word(code),
    Number(status),
    meaning,
  ])
  const own = Object.entries(errorCodes).map(([code, { status, meaning }]) => [
    code,
    status,
    meaning,
  ])
  t.strictSame(listed, own)
})

test('a code never comes with a status that a caller takes for an answer', async (t) => {
  for (const [code, { status }] of Object.entries(errorCodes)) {
    t.ok(status >= 400 && status < 600, code)
    t.match(code, /^FENCE_[A-Z_]+$/)
  }
})
