/** One host: its power, its kernel, its sshd, and the qemus on it. */
import type { Machine } from './agent-process.ts'
import type { SimDisk } from './disk.ts'
import type { Schedule } from './schedule.ts'
import type { SimAgent } from './agent.ts'
import type { Instance, Storage } from './storage.ts'

/** Of one connection of an agent, what its host can do to it. */
export interface Connection {
  /** Whose it is. */
  readonly by?: SimAgent
  /** The host resets it, or its process there ends. */
  readonly reset: () => void
}

export class Host {
  readonly name: string
  readonly address: string
  readonly disk: SimDisk
  readonly machine: Machine = { wallSkewMs: 0, sleptMs: 0, heldUntilMs: 0 }
  /** SSH sessions of agents with it. */
  readonly sessions = new Set<Connection>()
  /** Questions to its agent that are not answered yet. */
  readonly questions = new Set<Connection>()
  /** Counts of the faults that hold. */
  readonly faults = { off: 0, closed: 0, silent: 0, drops: 0, slow: 0, cutsReports: 0 }
  /** Until when each run of the program keeps which VM from starting, in ms. */
  #quarantines: { readonly vm: string; readonly run: object; readonly untilMs: number }[] = []
  /** VMs that something starts again, and how soon, in ms. */
  readonly respawns = new Map<string, number>()
  readonly #schedule: Schedule
  readonly #storage: Storage
  agent: SimAgent | undefined
  boot = 1
  frozenUntilMs = 0

  constructor(number: number, schedule: Schedule, storage: Storage, disk: SimDisk) {
    this.name = `kvm-${number}`
    this.address = `10.0.0.${number}`
    this.#schedule = schedule
    this.#storage = storage
    this.disk = disk
  }

  get isUp(): boolean {
    return this.faults.off === 0
  }

  /** Whether its kernel answers at all. */
  get responds(): boolean {
    return this.isUp && this.#schedule.nowMs >= this.frozenUntilMs
  }

  /** Runs something on it, later while it is frozen, and never after it has gone down. */
  after(ms: number, run: () => void): void {
    const { boot } = this
    this.#schedule.after(ms, () => {
      if (this.boot !== boot || !this.isUp) return
      if (this.responds) run()
      else this.after(this.frozenUntilMs - this.#schedule.nowMs, run)
    })
  }

  /** Whether libvirt starts the VM: its hook says no while any run keeps it from that. */
  isQuarantined(vm: string): boolean {
    return this.#quarantines.some((one) => one.vm === vm && one.untilMs > this.#schedule.nowMs)
  }

  quarantine(vm: string, run: object, untilMs: number): void {
    this.#quarantines.push({ vm, run, untilMs })
  }

  /** What this run has set, and no other. */
  takeBack(run: object): void {
    this.#quarantines = this.#quarantines.filter((one) => one.run !== run)
  }

  /** What was not written down for the next boot in time is lost with the memory. */
  loseQuarantines(isKept: () => boolean): void {
    this.#quarantines = this.#quarantines.filter(isKept)
  }

  kill(one: Instance, afterMs: number): void {
    one.isKilled = true
    if (one.stuck > 0) return
    this.after(afterMs, () => {
      if (one.stuck === 0 && one.isLiving) this.ended(one)
    })
  }

  /** What hung comes back to life, or ends if it was killed meanwhile. */
  recover(one: Instance): void {
    one.stuck -= 1
    if (one.isKilled && one.isLiving) this.kill(one, 3)
  }

  ended(one: Instance): void {
    this.#storage.end(one)
    const againMs = this.respawns.get(one.vm)
    if (againMs !== undefined) {
      this.after(againMs, () => {
        if (this.respawns.has(one.vm) && this.#storage.living(one.vm, this.name).length === 0) {
          this.start(one.vm, 'respawned')
        }
      })
    }
  }

  /** Set by the world: every start is looked at. */
  start: (vm: string, why: Instance['why']) => void = () => undefined
}
