import { test } from 'tap'
import { paintFor } from '../../agent/cli/colour.ts'

test('colour on a terminal alone, and nowhere with NO_COLOR', async (t) => {
  const rows: readonly (readonly [boolean, Record<string, string>, boolean])[] = [
    [true, {}, true],
    [true, { NO_COLOR: '', TERM: 'xterm' }, true],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '0' }, false],
    [true, { TERM: 'dumb' }, false],
    [false, {}, false],
  ]
  for (const [isOutTerminal, env, isColoured] of rows) {
    const painted = paintFor({ env, isOutTerminal })('text', 'green')
    t.equal(painted, isColoured ? '\u001b[32mtext\u001b[0m' : 'text', JSON.stringify(env))
  }
})
