/** How much of something each caller holds at the moment. */

export interface Shares {
  /** Takes one; the way to give it back, to be called once, or undefined where `max` are taken. */
  readonly take: (caller: string, max: number) => (() => void) | undefined
}

export const createShares = (): Shares => {
  const held = new Map<string, number>()
  return {
    take: (caller, max) => {
      const count = held.get(caller) ?? 0
      if (count >= max) return undefined
      held.set(caller, count + 1)
      return () => {
        const left = Number(held.get(caller)) - 1
        if (left > 0) held.set(caller, left)
        else held.delete(caller)
      }
    },
  }
}
