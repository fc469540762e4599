/**
 * `AbortController` and `AbortSignal` with what the agent uses of them, in the order of the
 * standard. Those of Node make an event target, an event and an error with a stack for each, which
 * takes two thirds of a simulation's time.
 */
type Listener = () => void

class LightSignal {
  aborted = false
  #listeners: Set<Listener> | undefined
  /** Signals of `any` that abort with this one. */
  #followers: LightSignal[] | undefined
  /** Of a signal of `any`: those that it follows; none of them follows another. */
  #leaders: readonly LightSignal[] = []

  static any(signals: readonly LightSignal[]): LightSignal {
    const signal = new LightSignal()
    signal.aborted = signals.some(({ aborted }) => aborted)
    if (signal.aborted) return signal
    signal.#leaders = signals.flatMap((one) => (one.#leaders.length > 0 ? one.#leaders : [one]))
    for (const leader of signal.#leaders) (leader.#followers ??= []).push(signal)
    return signal
  }

  addEventListener(_type: 'abort', listener: Listener): void {
    this.#listeners ??= new Set()
    this.#listeners.add(listener)
  }

  removeEventListener(_type: 'abort', listener: Listener): void {
    this.#listeners?.delete(listener)
  }

  abort(): void {
    if (this.aborted) return
    this.aborted = true
    const following = (this.#followers ?? []).filter((one) => !one.aborted)
    for (const one of following) one.aborted = true
    this.#tell()
    for (const one of following) one.#tell()
  }

  /** Each listener is told once: nothing aborts twice. */
  #tell(): void {
    const listeners = this.#listeners
    this.#listeners = undefined
    for (const listener of listeners ?? []) listener()
  }
}

class LightController {
  readonly signal = new LightSignal()

  abort(): void {
    this.signal.abort()
  }
}

/** Puts them in the place of Node's for the whole process; gives what undoes it. */
export const lightenSignals = (): (() => void) => {
  const { AbortController: controller, AbortSignal: signal } = globalThis
  Object.assign(globalThis, { AbortController: LightController, AbortSignal: LightSignal })
  return () => {
    Object.assign(globalThis, { AbortController: controller, AbortSignal: signal })
  }
}
