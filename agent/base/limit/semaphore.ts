/** How much may go on at one address at the same time. */
export interface Semaphore {
  /** Starts the work when one of the address's places is free, in order of arrival. */
  readonly run: <T>(address: string, work: () => Promise<T>) => Promise<T>
}

interface Place {
  busy: number
  readonly waiting: (() => void)[]
}

export const createSemaphore = (placesMax: number): Semaphore => {
  const places = new Map<string, Place>()
  return {
    run: async (address, work) => {
      const place = places.get(address) ?? { busy: 0, waiting: [] }
      places.set(address, place)
      if (place.busy < placesMax) place.busy += 1
      else {
        // Whoever leaves hands its place over, so that nobody can slip in between.
        await new Promise<void>((resolve) => {
          place.waiting.push(resolve)
        })
      }
      try {
        return await work()
      } finally {
        const next = place.waiting.shift()
        if (next !== undefined) next()
        else place.busy -= 1
        if (place.busy === 0) places.delete(address)
      }
    },
  }
}
