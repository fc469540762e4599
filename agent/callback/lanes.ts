/** How much may go on at one address at the same time. */
export interface Lanes {
  /** Starts the work when one of the address's places is free, in order of arrival. */
  readonly run: <T>(address: string, work: () => Promise<T>) => Promise<T>
}

interface Lane {
  busy: number
  readonly waiting: (() => void)[]
}

export const createLanes = (placesMax: number): Lanes => {
  const lanes = new Map<string, Lane>()
  return {
    run: async (address, work) => {
      const lane = lanes.get(address) ?? { busy: 0, waiting: [] }
      lanes.set(address, lane)
      if (lane.busy < placesMax) lane.busy += 1
      else {
        // Whoever leaves hands its place over, so that nobody can slip in between.
        await new Promise<void>((resolve) => {
          lane.waiting.push(resolve)
        })
      }
      try {
        return await work()
      } finally {
        const next = lane.waiting.shift()
        if (next !== undefined) next()
        else lane.busy -= 1
        if (lane.busy === 0) lanes.delete(address)
      }
    },
  }
}
