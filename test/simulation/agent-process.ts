/**
 * The process of one agent, from its start to its end: its clocks, and its being held, asleep or
 * gone.
 */
import type { Clock } from '../../agent/base/time/clock.ts'
import type { Schedule } from './schedule.ts'

/** When the simulated year begins, in ms since 1970. */
const epochMs = Date.UTC(2026, 10, 22)

/** The clocks of a machine. */
export interface Machine {
  /** By how much its wall clock is wrong. */
  wallSkewMs: number
  /** For how long its monotonic clock has stood still. */
  sleptMs: number
  /** Until when nothing on it runs. */
  heldUntilMs: number
}

export class AgentProcess {
  readonly #schedule: Schedule
  readonly #machine: Machine
  readonly #onDeath: () => void
  readonly clock: Clock
  isAlive = true
  /** Waits of its clock that are not over. */
  waits = 0
  #callsLeft = Infinity

  constructor(schedule: Schedule, machine: Machine, onDeath: () => void) {
    this.#schedule = schedule
    this.#machine = machine
    this.#onDeath = onDeath
    this.clock = {
      nowMs: () => schedule.nowMs - machine.sleptMs,
      wallTime: () => new Date(epochMs + schedule.nowMs + machine.wallSkewMs).toISOString(),
      wait: async (ms, signal) => {
        if (!this.call()) await never()
        if (!signal.aborted) await this.#wait(ms, signal)
      },
    }
  }

  /** False for an agent that is gone: nothing that it calls happens. */
  readonly call = (): boolean => {
    if (this.isAlive && this.#callsLeft <= 0) this.end()
    this.#callsLeft -= 1
    return this.isAlive
  }

  endAtCall(calls: number): void {
    this.#callsLeft = calls
  }

  end(): void {
    if (!this.isAlive) return
    this.isAlive = false
    this.#onDeath()
  }

  /** Runs something in it, or never, where it is gone by then. */
  after(ms: number, run: () => void): void {
    this.#schedule.after(ms, () => {
      this.#whenRunning(run)
    })
  }

  /** Something outside that takes so long for it. */
  async pass(ms: number): Promise<void> {
    if (!this.call()) await never()
    await new Promise<void>((resolve) => {
      this.after(ms, resolve)
    })
  }

  async #wait(ms: number, signal: AbortSignal): Promise<void> {
    const endMs = this.#schedule.nowMs - this.#machine.sleptMs + Math.max(0, ms)
    this.waits += 1
    await new Promise<void>((resolve) => {
      let planned = this.#schedule.after(ms, () => {
        ring()
      })
      const done = (): void => {
        planned.run = undefined
        signal.removeEventListener('abort', done)
        this.waits -= 1
        resolve()
      }
      // A machine that slept has not waited.
      const ring = (): void => {
        this.#whenRunning(() => {
          if (signal.aborted) return
          const leftMs = endMs - (this.#schedule.nowMs - this.#machine.sleptMs)
          if (leftMs <= 0) done()
          else planned = this.#schedule.after(leftMs, ring)
        })
      }
      signal.addEventListener('abort', done)
    })
  }

  #whenRunning(run: () => void): void {
    if (!this.isAlive) return
    const heldMs = this.#machine.heldUntilMs - this.#schedule.nowMs
    if (heldMs <= 0) {
      run()
      return
    }
    this.after(heldMs, run)
  }
}

/** A promise of its own for each: one that all waited for would keep them all. */
export const never = async (): Promise<never> => await new Promise<never>(() => undefined)
