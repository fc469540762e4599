/** The whole lines of a text, the last one first, in bounded memory. */

export interface TextSource {
  readonly size: number
  /** Fewer bytes than were asked for mean that the text is shorter now. */
  readonly read: (offset: number, length: number) => Promise<Buffer>
}

export interface LineAt {
  readonly text: string
  /** Where it begins, and where the one behind it does. */
  readonly offset: number
  readonly end: number
}

const newline = 10
const chunkBytes = 64 * 1024
/** As long as a journal's line may be; of a longer one the text is empty. */
const lineBytesMax = 1024 * 1024

/**
 * From the line that ends at or before `end`. What follows the last newline is no line yet:
 * somebody may just be writing it.
 */
export async function* linesBackward(
  source: TextSource,
  end: number,
): AsyncGenerator<LineAt, void, undefined> {
  let start = Math.min(end, source.size)
  /**
   * Of the line that is being read, what stands behind `start`; it has no end before the first
   * newline.
   */
  let rest = Buffer.alloc(0)
  let lineEnd: number | undefined
  let isTooLong = false
  const take = (bytes: Buffer, offset: number, lineEndsAt: number): LineAt => {
    const text = isTooLong ? '' : bytes.toString('utf8')
    return { text, offset, end: lineEndsAt }
  }
  while (start > 0) {
    const before = Math.max(0, start - chunkBytes)
    const chunk = await source.read(before, start - before)
    if (chunk.length < start - before) return
    let bytes = Buffer.concat([chunk, rest])
    start = before
    for (let at = bytes.lastIndexOf(newline); at >= 0; at = bytes.lastIndexOf(newline)) {
      const offset = start + at + 1
      if (lineEnd !== undefined) yield take(bytes.subarray(at + 1), offset, lineEnd)
      lineEnd = offset
      isTooLong = false
      bytes = bytes.subarray(0, at)
    }
    isTooLong ||= bytes.length > lineBytesMax
    rest = isTooLong ? Buffer.alloc(0) : bytes
  }
  if (lineEnd !== undefined) yield take(rest, 0, lineEnd)
}
