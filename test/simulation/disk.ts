/**
 * A disk that keeps what was synced. The rest survives the agent, and of a host without power only
 * a piece of it.
 */
import type { Disk } from '../../agent/base/file/append-file.ts'
import type { Prng } from '../nemesis/prng.ts'
import type { AgentProcess } from './agent-process.ts'

export class SimDisk {
  readonly #random: Prng
  /** Told of every text that is safe from now on. */
  readonly #onDurable: (text: string) => void
  #durable = ''
  #cached = ''
  readonly faults = { full: 0, hanging: 0, failing: 0 }

  constructor(random: Prng, onDurable: (text: string) => void) {
    this.#random = random
    this.#onDurable = onDurable
  }

  /** As an agent finds it at its start; a last line that is torn is closed. */
  read(): string {
    const text = this.#durable + this.#cached
    if (text !== '' && !text.endsWith('\n')) this.#cached += '\n'
    this.#sync(this.#cached.length)
    return text
  }

  losePower(): void {
    const kept = this.#random.int(0, this.#cached.length)
    this.#sync(kept)
    this.#cached = ''
  }

  /** For one agent: nothing happens any more once it is gone. */
  forAgent(agent: AgentProcess): Disk {
    const write = async (bytes: Buffer) => {
      await this.#turn(agent)
      const text = bytes.toString('latin1')
      const taken = this.faults.full > 0 ? text.slice(0, this.#random.int(0, 40)) : text
      this.#cached += taken
      if (this.faults.full > 0 && this.#random.chance(50)) throw failure('ENOSPC')
      return { bytesWritten: taken.length, buffer: bytes }
    }
    const datasync = async () => {
      const length = this.#cached.length
      await this.#turn(agent)
      if (this.faults.failing > 0) throw failure('EIO')
      this.#sync(length)
    }
    const close = async () => {
      await this.#turn(agent)
    }
    // Node's own type has overloads that nobody here calls.
    return { write: write as unknown as Disk['write'], datasync, close }
  }

  async #turn(agent: AgentProcess): Promise<void> {
    await agent.pass(this.#random.int(1, 30) / 10)
    while (this.faults.hanging > 0) await agent.pass(50)
  }

  #sync(length: number): void {
    if (length <= 0) return
    const text = this.#cached.slice(0, length)
    this.#durable += text
    this.#cached = this.#cached.slice(length)
    this.#onDurable(text)
  }
}

const failure = (code: string): Error => Object.assign(new Error(code), { code })
