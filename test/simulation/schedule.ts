/**
 * Time that moves from one event to the next, in one order: by time, and by who was first at the
 * same time.
 */

/** No world has as many. */
const eventsMax = 1_000_000

export interface Planned {
  /** Undefined once it has run, or shall not. */
  run: (() => void) | undefined
}

interface Entry extends Planned {
  readonly atMs: number
  readonly number: number
}

export class Schedule {
  #nowMs = 0
  #number = 0
  readonly #heap: Entry[] = []

  get nowMs(): number {
    return this.#nowMs
  }

  after(ms: number, run: () => void): Planned {
    // Sixteenths are exact: what is left until then is never a little less.
    const atMs = Math.ceil((this.#nowMs + Math.max(0, ms)) * 16) / 16
    const entry = { atMs, number: this.#number, run }
    this.#number += 1
    this.#heap.push(entry)
    this.#rise(this.#heap.length - 1)
    return entry
  }

  /**
   * Lets everything happen that is planned up to then; what waits for it runs before the next
   * event.
   */
  async runUntil(endMs: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      let events = 0
      const step = (): void => {
        events += 1
        try {
          if (events > eventsMax) throw new Error(`it does not come to rest at ${this.#nowMs} ms`)
          const next = this.#next(endMs)
          if (next === undefined) {
            this.#nowMs = endMs
            resolve()
            return
          }
          this.#nowMs = next.atMs
          const { run } = next
          next.run = undefined
          run?.()
        } catch (error) {
          reject(error instanceof Error ? error : new Error('thrown', { cause: error }))
          return
        }
        // The microtasks of one event come to rest before the next turn of the event loop.
        setImmediate(step)
      }
      setImmediate(step)
    })
  }

  /** What is planned up to then and has not been called off. */
  #next(endMs: number): Entry | undefined {
    for (;;) {
      const [first] = this.#heap
      if (first === undefined || first.atMs > endMs) return undefined
      const last = this.#heap.pop()
      if (last !== undefined && last !== first) {
        this.#heap[0] = last
        this.#sink()
      }
      if (first.run !== undefined) return first
    }
  }

  #isBefore(one: number, other: number): boolean {
    const [a, b] = [this.#heap[one], this.#heap[other]]
    if (a === undefined || b === undefined) return false
    return a.atMs < b.atMs || (a.atMs === b.atMs && a.number < b.number)
  }

  #swap(one: number, other: number): void {
    const [a, b] = [this.#heap[one], this.#heap[other]]
    if (a === undefined || b === undefined) return
    this.#heap[one] = b
    this.#heap[other] = a
  }

  #rise(from: number): void {
    for (let at = from; at > 0;) {
      const parent = (at - 1) >> 1
      if (!this.#isBefore(at, parent)) return
      this.#swap(at, parent)
      at = parent
    }
  }

  #sink(): void {
    for (let at = 0; ;) {
      const left = at * 2 + 1
      const child = this.#isBefore(left + 1, left) ? left + 1 : left
      if (!this.#isBefore(child, at)) return
      this.#swap(at, child)
      at = child
    }
  }
}
