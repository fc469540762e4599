import * as fc from 'fast-check'
import { test } from 'tap'
import { createLineCutter } from '../../../agent/base/text/line-cutter.ts'

const cut = (pieces: readonly string[], lengthMax = 8): readonly string[] => {
  const take = createLineCutter(lengthMax)
  return pieces.flatMap((piece) => take(piece))
}

test('a line counts when its newline has come', async (t) => {
  t.same(cut(['']), [])
  t.same(cut(['one']), [])
  t.same(cut(['one\n']), ['one'])
  t.same(cut(['o', 'n', 'e', '\n', '\nt']), ['one', ''])
  t.same(cut(['one\ntwo\nth', 'ree\n']), ['one', 'two', 'three'])
})

test('of a line that is too long one character too many is kept', async (t) => {
  t.same(cut(['12345678\n']), ['12345678'])
  t.same(cut(['123456789\n']), ['123456789'])
  t.same(cut(['1234567890\nnext\n']), ['123456789', 'next'])
  t.same(cut(['12345', '6789', '0123', '45\nnext\n']), ['123456789', 'next'])
  t.same(cut(['next\n1234567890', '1234567890', '\n']), ['next', '123456789'])
})

test('wherever a text is cut into pieces, its lines are the same', async (t) => {
  const piece = fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 12 })
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const text = pieces.join('')
      const whole = text
        .split('\n')
        .slice(0, -1)
        .map((line) => line.slice(0, 9))
      t.same(cut(pieces), whole)
      t.same(cut([text]), whole)
      t.same(cut(text.split('')), whole)
    }),
  )
})
