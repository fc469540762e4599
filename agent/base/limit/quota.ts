/** How much of something each holder has at the moment. */

export interface Quota {
  /** Takes one, or so many; the way to give one of them back, or undefined beyond `max`. */
  readonly take: (holder: string, max: number, count?: number) => (() => void) | undefined
}

export const createQuota = (): Quota => {
  const held = new Map<string, number>()
  return {
    take: (holder, max, count = 1) => {
      const taken = (held.get(holder) ?? 0) + count
      if (taken > max) return undefined
      held.set(holder, taken)
      return () => {
        const left = Number(held.get(holder)) - 1
        if (left > 0) held.set(holder, left)
        else held.delete(holder)
      }
    },
  }
}
