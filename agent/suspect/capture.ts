/** The first bytes of a stream, with a limit on all of them. */
import type { Readable } from 'node:stream'

/**
 * Reads the stream to its end and keeps the first `keptBytes`. Calls `tooLong` as soon as more
 * than `bytesMax` have come. Gives what was kept so far as latin1, one character per byte.
 */
export const createCapture = (
  stream: Readable,
  keptBytes: number,
  bytesMax: number,
  tooLong: () => void,
): (() => string) => {
  const chunks: Buffer[] = []
  let keptNow = 0
  let seen = 0
  stream.on('data', (chunk: Buffer) => {
    seen += chunk.length
    if (seen > bytesMax) {
      tooLong()
      return
    }
    const part = chunk.subarray(0, keptBytes - keptNow)
    keptNow += part.length
    if (part.length > 0) chunks.push(part)
  })
  return () => Buffer.concat(chunks).toString('latin1')
}
