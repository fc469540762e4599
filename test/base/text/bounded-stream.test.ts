import { PassThrough } from 'node:stream'
import { finished } from 'node:stream/promises'
import { test } from 'tap'
import { createCapture } from '../../../agent/base/text/bounded-stream.ts'

const capture = async (chunks: readonly string[], keptBytes: number, bytesMax: number) => {
  const stream = new PassThrough()
  let tooLong = 0
  const text = createCapture(stream, keptBytes, bytesMax, () => (tooLong += 1))
  for (const chunk of chunks) stream.write(Buffer.from(chunk, 'latin1'))
  stream.end()
  await finished(stream)
  return { text: text(), tooLong }
}

test('what is kept, and when it is too much', async (t) => {
  t.strictSame(await capture([], 4, 8), { text: '', tooLong: 0 }, 'nothing is nothing')
  t.strictSame(await capture(['ab', 'cd'], 4, 4), { text: 'abcd', tooLong: 0 }, 'up to the limit')
  t.strictSame(await capture(['ab', 'cde'], 4, 4), { text: 'ab', tooLong: 1 }, 'one byte beyond')
  t.strictSame(await capture(['abc', 'def', 'g'], 4, 8), { text: 'abcd', tooLong: 0 }, 'the head')
  t.strictSame(await capture(['\xff\x80\x00'], 4, 8), { text: '\xff\x80\x00', tooLong: 0 }, 'bytes')
})
