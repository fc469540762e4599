import * as fc from 'fast-check'
import { test } from 'tap'
import { linesBackward } from '../../../agent/base/file/lines-backward.ts'
import type { LineAt, TextSource } from '../../../agent/base/file/lines-backward.ts'

const sourceOf = (text: Buffer): TextSource => ({
  size: text.length,
  read: async (offset, length) => await Promise.resolve(text.subarray(offset, offset + length)),
})

const linesOf = async (text: Buffer, end = text.length): Promise<readonly LineAt[]> => {
  const lines: LineAt[] = []
  for await (const line of linesBackward(sourceOf(text), end)) lines.push(line)
  return lines
}

test('whole lines, the last one first, whatever their lengths', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof(
          fc.string(),
          fc.integer({ min: 0, max: 200_000 }).map((n) => 'x'.repeat(n)),
        ),
        {
          maxLength: 6,
        },
      ),
      fc.string(),
      async (given, torn) => {
        const whole = given.map((one) => one.replaceAll('\n', ' '))
        const text = Buffer.from(
          whole.map((one) => `${one}\n`).join('') + torn.replaceAll('\n', ' '),
        )
        const lines = await linesOf(text)
        t.strictSame(
          lines.map((line) => line.text),
          whole.toReversed(),
        )
        for (const { text: line, offset, end } of lines) {
          t.equal(text.subarray(offset, end).toString(), `${line}\n`)
        }
      },
    ),
    { numRuns: 60 },
  )
})

test('it goes on where it ended, also in the middle of a line', async (t) => {
  const text = Buffer.from('one\ntwo\nthree\n')
  t.same(
    (await linesOf(text, 8)).map((line) => line.text),
    ['two', 'one'],
  )
  t.same(
    (await linesOf(text, 10)).map((line) => line.text),
    ['two', 'one'],
  )
  t.same(
    (await linesOf(text, 1e9)).map((line) => line.text),
    ['three', 'two', 'one'],
  )
  t.same(await linesOf(text, 3), [])
  t.same(await linesOf(text, 0), [])
  t.same(await linesOf(Buffer.from('torn')), [])
})

test('a line without an end in sight is empty, and those around it are whole', async (t) => {
  const text = Buffer.concat([
    Buffer.from('one\n'),
    Buffer.alloc(3 * 1024 * 1024, 'x'),
    Buffer.from('\nthree\n'),
  ])
  t.same(
    (await linesOf(text)).map((line) => line.text),
    ['three', '', 'one'],
  )
  const first = Buffer.concat([Buffer.alloc(3 * 1024 * 1024, 'x'), Buffer.from('\nlast\n')])
  t.same(
    (await linesOf(first)).map((line) => line.text),
    ['last', ''],
  )
})

test('a text that became shorter ends the reading', async (t) => {
  const lines: string[] = []
  const source = { size: 100, read: async () => await Promise.resolve(Buffer.from('a\nb\n')) }
  for await (const { text } of linesBackward(source, 100)) lines.push(text)
  t.same(lines, [])
})
