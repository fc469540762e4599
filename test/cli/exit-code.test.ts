import { test } from 'tap'
import { exitCodes } from '../../agent/cli/exit-code.ts'

test('no two ends share a code, and none is the code of a signal but for Ctrl-C', async (t) => {
  const { interrupted, ...others } = exitCodes
  const codes = Object.values(others)
  t.equal(new Set(codes).size, codes.length)
  for (const code of codes) t.ok(code >= 0 && code < 126)
  t.equal(interrupted, 130, 'as a shell has it of a process that ended by SIGINT')
})
