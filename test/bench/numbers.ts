/** Figures of a series, and the lines of a table. */

/** The value below which so much of the series lies; 0 of an empty one. */
export const quantile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const at = Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))
  return sorted[at] ?? 0
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

export const ms = (value: number): string => `${Math.round(value)} ms`

/** How many times the other it is, in two digits after the point. */
export const ratio = (value: number, other: number): string =>
  other === 0 ? '-' : `${(value / other).toFixed(2)}x`

export const print = (...cells: readonly (string | number)[]): void => {
  process.stdout.write(`${cells.join(' | ')}\n`)
}

export const printTitle = (text: string): void => {
  process.stdout.write(`\n## ${text}\n\n`)
}
