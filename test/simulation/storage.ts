/** The truth: which qemu of which VM lives where, and so who writes to its disk. */

export interface Instance {
  readonly number: number
  readonly vm: string
  readonly host: string
  readonly why: 'first' | 'ha' | 'in-place' | 'respawned' | 'autostarted' | 'somebody' | 'migrated'
  /** From when on a look could have shown it. */
  readonly bornMs: number
  /** Not a qemu yet: libvirt is starting it, or it waits for its migration. */
  isStarting: boolean
  /** In uninterruptible I/O: a kill waits. */
  stuck: number
  isKilled: boolean
  isLiving: boolean
  /**
   * It was given up on silence, or came after a proof: its caller has been told that this may be.
   */
  isForsaken: boolean
}

export class Storage {
  #number = 0
  readonly #living = new Set<Instance>()

  start(
    part: Pick<Instance, 'vm' | 'host' | 'why' | 'bornMs'> & { readonly isStarting?: boolean },
  ): Instance {
    this.#number += 1
    const state = { stuck: 0, isKilled: false, isLiving: true, isForsaken: false }
    const one = { number: this.#number, isStarting: false, ...part, ...state }
    this.#living.add(one)
    return one
  }

  end(one: Instance): void {
    one.isLiving = false
    this.#living.delete(one)
  }

  living(vm: string, host?: string): readonly Instance[] {
    const found: Instance[] = []
    for (const one of this.#living) {
      if (one.vm === vm && (host === undefined || one.host === host)) found.push(one)
    }
    return found
  }

  on(host: string): readonly Instance[] {
    return [...this.#living].filter((one) => one.host === host)
  }
}
