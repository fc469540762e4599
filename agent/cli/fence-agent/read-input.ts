/** What the fencer writes to standard input, up to its end. */
import { addAbortSignal } from 'node:stream'
import type { Readable } from 'node:stream'

const inputBytesMax = 64 * 1024
export const inputMsMax = 10_000

/**
 * Undefined where it does not end in `msMax`, is too long, or breaks off: nothing of it counts
 * then.
 */
export const readInput = async (
  stdin: NodeJS.ReadableStream,
  msMax = inputMsMax,
): Promise<string | undefined> => {
  const chunks: Buffer[] = []
  let size = 0
  try {
    // The streams of a process are all of this kind; one that is given up is destroyed, or it would
    // hold the process.
    const limited = addAbortSignal(AbortSignal.timeout(msMax), stdin as Readable)
    for await (const chunk of limited as AsyncIterable<Buffer | string>) {
      const bytes = Buffer.from(chunk)
      size += bytes.length
      if (size > inputBytesMax) return undefined
      chunks.push(bytes)
    }
  } catch {
    // It took too long, or cannot be read.
    return undefined
  }
  return Buffer.concat(chunks).toString('utf8')
}
