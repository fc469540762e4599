import { test } from 'tap'
import { exitCodes } from '../../agent/cli/exit-code.ts'

test('no two ends share a code, and none is the code of a signal', async (t) => {
  const codes = Object.values(exitCodes)
  t.equal(new Set(codes).size, codes.length)
  for (const code of codes) t.ok(code >= 0 && code < 126)
})
