/** A red world with as little in it as still breaks the same promise. */
import { play } from './play.ts'
import type { Plan } from './plan.ts'

/** Which faults and questions of a plan are left in it, by their place there. */
export interface Kept {
  readonly faults: readonly number[]
  readonly asks: readonly number[]
}

export const allOf = ({ faults, asks }: Plan): Kept => ({
  faults: faults.map((_one, index) => index),
  asks: asks.map((_one, index) => index),
})

export const planWith = (plan: Plan, kept: Kept): Plan => ({
  ...plan,
  faults: plan.faults.filter((_one, index) => kept.faults.includes(index)),
  asks: plan.asks.filter((_one, index) => kept.asks.includes(index)),
})

/** `law` is the one that has to stay broken. */
export const shrink = async (plan: Plan, law: string): Promise<Kept> => {
  const isRed = async (kept: Kept): Promise<boolean> => {
    const { violations } = await play(planWith(plan, kept))
    return violations.some((one) => one.law === law)
  }
  let kept = allOf(plan)
  for (let before = Infinity; countOf(kept) < before;) {
    before = countOf(kept)
    for (const part of ['faults', 'asks'] as const) {
      for (const index of kept[part]) {
        const less = { ...kept, [part]: kept[part].filter((one) => one !== index) }
        if (await isRed(less)) kept = less
      }
    }
  }
  return kept
}

const countOf = ({ faults, asks }: Kept): number => faults.length + asks.length
