/** How often each thing happened. */
export interface Counts {
  readonly add: (what: string, times?: number) => void
  readonly of: (what: string) => number
  readonly all: () => readonly (readonly [string, number])[]
}

export const createCounts = (): Counts => {
  const counted = new Map<string, number>()
  return {
    add: (what, times = 1) => {
      counted.set(what, (counted.get(what) ?? 0) + times)
    },
    of: (what) => counted.get(what) ?? 0,
    all: () => [...counted].toSorted(([one], [other]) => (one < other ? -1 : 1)),
  }
}
