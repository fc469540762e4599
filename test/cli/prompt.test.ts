import { PassThrough } from 'node:stream'
import { test } from 'tap'
import { prompt } from '../../agent/cli/prompt.ts'

test('the first line is the answer, none is an empty one', async (t) => {
  for (const [typed, answer] of [
    [' yes \nno\n', 'yes'],
    ['yes', 'yes'],
    ['', ''],
  ]) {
    const stdin = new PassThrough()
    stdin.end(typed)
    let asked = ''
    const got = await prompt('well? ', { stdin: () => stdin, err: (text) => (asked += text) })
    t.strictSame([got, asked], [answer, 'well? '])
  }
})
