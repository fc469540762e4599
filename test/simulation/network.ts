/**
 * Paths between hosts, the gateway and the management node: each direction by itself, IP and ARP
 * apart.
 */
import type { Prng } from '../nemesis/prng.ts'
import type { Schedule } from './schedule.ts'

export type Layer = 'ip' | 'arp'

/** Waits of TCP before it sends once more; the last one again and again. */
const retransmitMs = [200, 400, 800, 1600, 3200] as const

export class Network {
  readonly #schedule: Schedule
  readonly #random: Prng
  /** How many faults hold a direction. */
  readonly #cuts = new Map<string, number>()

  constructor(schedule: Schedule, random: Prng) {
    this.#schedule = schedule
    this.#random = random
  }

  cut(from: string, to: string, layer: Layer, by: 1 | -1): void {
    const key = `${layer} ${from} ${to}`
    this.#cuts.set(key, (this.#cuts.get(key) ?? 0) + by)
  }

  passes(from: string, to: string, layer: Layer = 'ip'): boolean {
    if (this.#cuts.size === 0) return true
    return (this.#cuts.get(`${layer} ${from} ${to}`) ?? 0) === 0
  }

  /** There and back. */
  answers(from: string, to: string, layer: Layer = 'ip'): boolean {
    return this.passes(from, to, layer) && this.passes(to, from, layer)
  }

  latencyMs(): number {
    return this.#random.int(1, 20) / 10
  }

  /** Sends until it goes through, as TCP does, for as long as somebody wants it to. */
  sendReliably(from: string, to: string, isWanted: () => boolean, arrive: () => void): void {
    let tries = 0
    const send = (): void => {
      if (!isWanted()) return
      if (this.passes(from, to)) {
        this.#schedule.after(this.latencyMs(), () => {
          if (isWanted()) arrive()
        })
        return
      }
      const waitMs = retransmitMs[Math.min(tries, retransmitMs.length - 1)] ?? 0
      tries += 1
      this.#schedule.after(waitMs, send)
    }
    send()
  }
}
