/** Which known word somebody may have meant. Pure. */

/** The nearest word that differs in at most a third of its letters; undefined where none does. */
export const nearest = (word: string, known: readonly string[]): string | undefined => {
  const [best] = known
    .map((one) => ({ one, distance: distanceOf(word.slice(0, lengthMax), one) }))
    .filter(({ one, distance }) => distance <= Math.max(1, Math.floor(one.length / 3)))
    .toSorted((left, right) => left.distance - right.distance)
  return best?.one
}

/** Nobody misspells that much, and the time is that of both lengths. */
const lengthMax = 64

/** Letters that were left out, put in, replaced, or swapped with their neighbour. */
const distanceOf = (one: string, other: string): number => {
  let [before, last]: number[][] = [[], Array.from({ length: other.length + 1 }, (_, n) => n)]
  for (let row = 1; row <= one.length; row += 1) {
    const next = [row]
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one[row - 1] === other[column - 1]
      const isSwap = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
      next[column] = Math.min(
        at(last, column) + 1,
        at(next, column - 1) + 1,
        at(last, column - 1) + (isSame ? 0 : 1),
        isSwap ? at(before, column - 2) + 1 : Infinity,
      )
    }
    ;[before, last] = [last, next]
  }
  return at(last, other.length)
}

/* c8 ignore next -- every column of a row that is asked for is there */
const at = (row: readonly number[] | undefined, column: number): number => row?.[column] ?? Infinity
