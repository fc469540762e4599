/** Numbers that look random and come again with the same seed. */
export interface Prng {
  /** An integer from `least` to `most`, both included. */
  readonly int: (least: number, most: number) => number
  readonly chance: (percent: number) => boolean
  readonly pick: <T>(from: readonly T[]) => T
  readonly shuffle: <T>(from: readonly T[]) => readonly T[]
  readonly uuid: () => string
}

/** Mulberry32; the words of the seed are mixed, so that (1, 2) and (2, 1) differ. */
export const createPrng = (...seed: readonly number[]): Prng => {
  let state = seed.reduce((mixed, word) => Math.imul(mixed ^ word, 0x9e3779b1) >>> 0, 0x85ebca6b)
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000
  }
  const int = (least: number, most: number): number =>
    least + Math.floor(next() * (most - least + 1))
  const pick = <T>(from: readonly T[]): T => {
    const picked = from[int(0, from.length - 1)]
    if (picked === undefined) throw new Error('nothing to pick from')
    return picked
  }
  return {
    int,
    pick,
    chance: (percent) => next() * 100 < percent,
    shuffle: (from) => {
      const left = [...from]
      return from.map(() => left.splice(int(0, left.length - 1), 1)).flat()
    },
    uuid: () => {
      const hex = Array.from({ length: 32 }, () => int(0, 15).toString(16)).join('')
      const cut = (from: number, to: number): string => hex.slice(from, to)
      return `${cut(0, 8)}-${cut(8, 12)}-${cut(12, 16)}-${cut(16, 20)}-${cut(20, 32)}`
    },
  }
}
