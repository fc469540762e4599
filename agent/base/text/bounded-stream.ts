/** The bytes of a stream, with a limit on all of them. */
import type { Readable } from 'node:stream'

export interface Taker {
  readonly take: (chunk: Buffer) => void
  /** More than the limit has come; nothing is taken any more. */
  readonly tooLong: () => void
}

/** Reads the stream to its end, and hands on what comes until more than `bytesMax` have come. */
export const readLimited = (stream: Readable, bytesMax: number, { take, tooLong }: Taker): void => {
  let seen = 0
  stream.on('data', (chunk: Buffer) => {
    seen += chunk.length
    if (seen > bytesMax) tooLong()
    else take(chunk)
  })
}

/** The first `keptBytes` of a limited stream so far, as latin1: one character per byte. */
export const createCapture = (
  stream: Readable,
  keptBytes: number,
  bytesMax: number,
  tooLong: () => void,
): (() => string) => {
  const chunks: Buffer[] = []
  let keptNow = 0
  const take = (chunk: Buffer): void => {
    const part = chunk.subarray(0, keptBytes - keptNow)
    keptNow += part.length
    if (part.length > 0) chunks.push(part)
  }
  readLimited(stream, bytesMax, { take, tooLong })
  return () => Buffer.concat(chunks).toString('latin1')
}
