import { test } from 'tap'
import { plainState, plainText, plainWchan } from '../../../agent/base/text/plain-text.ts'

test('text is ASCII, without control characters, and cut', async (t) => {
  t.equal(plainText('a\u001b[31mb\u00e4\n'), 'a?[31mb??')
  t.equal(plainText('x'.repeat(300)).length, 200)
  t.equal(plainText('abc', 2), 'ab')
})

test('a state is one letter and a wait is a name of the kernel, or neither is told', async (t) => {
  t.same(['D', 'DD', '', '\u001b'].map(plainState), ['D', '?', '?', '?'])
  t.same(['exit_aio', 'a b', 'x'.repeat(65), ''].map(plainWchan), ['exit_aio', '-', '-', '-'])
})
