/**
 * Whole lines out of a text that comes in pieces, cut anywhere. A line counts when its newline has
 * come. Of one that is longer than `lengthMax` only so much is kept that it is seen to be: what it
 * costs to read a text follows from its length alone, not from its pieces.
 */
export const createLineCutter = (lengthMax: number): ((text: string) => readonly string[]) => {
  let unfinished = ''
  return (text) => {
    const [first = '', ...others] = text.split('\n')
    if (unfinished.length <= lengthMax) unfinished += first
    const last = others.pop()
    if (last === undefined) {
      unfinished = headOf(unfinished, lengthMax)
      return []
    }
    const lines = [unfinished, ...others].map((line) => headOf(line, lengthMax))
    unfinished = headOf(last, lengthMax)
    return lines
  }
}

const headOf = (line: string, lengthMax: number): string =>
  line.length > lengthMax ? line.slice(0, lengthMax + 1) : line
