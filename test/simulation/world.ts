/** One world: hosts with agents and VMs, paths, a management node, and the truth. */
import { parseVmUuid } from '../../agent/domain/vm-uuid.ts'
import type { VmUuid } from '../../agent/domain/vm-uuid.ts'
import { createPrng } from '../nemesis/prng.ts'
import type { Prng } from '../nemesis/prng.ts'
import { startAgent } from './agent.ts'
import type { SimAgent } from './agent.ts'
import { SimDisk } from './disk.ts'
import { Host } from './host.ts'
import { ManagementNode } from './node.ts'
import { Network } from './network.ts'
import { createOracle } from './oracle.ts'
import type { Oracle } from './oracle.ts'
import type { Plan } from './plan.ts'
import { Schedule } from './schedule.ts'
import { Storage } from './storage.ts'

/** How soon an agent that ended is started again, in ms. */
const restartMs = 2_000

export class World {
  readonly plan: Plan
  readonly schedule = new Schedule()
  readonly random: Prng
  readonly network: Network
  readonly storage = new Storage()
  readonly hosts = new Map<string, Host>()
  readonly oracle: Oracle
  readonly node: ManagementNode
  readonly nodeAddress = '10.0.1.1'
  readonly log: string[] = []
  readonly #isLogged: boolean
  readonly #byAddress = new Map<string, Host>()
  readonly #uuids = new Map<string, VmUuid>()
  readonly #names = new Map<VmUuid, string>()
  #fences = 0
  #disturbances = 0
  #undisturbedSinceMs = 0

  constructor(plan: Plan, isLogged: boolean) {
    this.plan = plan
    this.#isLogged = isLogged
    this.random = createPrng(...plan.seed, 1)
    this.network = new Network(this.schedule, this.random)
    this.oracle = createOracle(this)
    for (let number = 1; number <= plan.hosts; number += 1) this.#addHost(number)
    this.node = new ManagementNode(this)
    plan.vms.forEach(({ on }, index) => {
      const name = `vm-${index + 1}`
      const uuid = parseVmUuid(`00000000-0000-4000-8000-${String(index + 1).padStart(12, '0')}`)
      if (uuid === undefined) throw new Error('no uuid')
      this.#uuids.set(name, uuid)
      this.#names.set(uuid, name)
      this.node.places.set(name, on)
      this.host(on).start(name, 'first')
    })
    for (const host of this.hosts.values()) startAgent(this, host)
  }

  readonly say = (line: () => string): void => {
    if (!this.#isLogged) return
    this.log.push(`${(this.schedule.nowMs / 1000).toFixed(4).padStart(9)} ${line()}`)
  }

  host(name: string): Host {
    const host = this.hosts.get(name)
    if (host === undefined) throw new Error(`no host ${name}`)
    return host
  }

  hostAt(address: string): Host {
    const host = this.#byAddress.get(address)
    if (host === undefined) throw new Error(`nobody has ${address}`)
    return host
  }

  uuidOf(name: string): VmUuid {
    const uuid = this.#uuids.get(name)
    if (uuid === undefined) throw new Error(`no VM ${name}`)
    return uuid
  }

  vmNamed(uuid: VmUuid): string {
    return this.#names.get(uuid) ?? ''
  }

  nextFenceId(): string {
    this.#fences += 1
    return `f-${this.#fences}`
  }

  /** By 1 when something goes wrong, by -1 when that is over. */
  disturb(by: 1 | -1): void {
    this.#disturbances += by
    this.#undisturbedSinceMs = this.schedule.nowMs
  }

  undisturbedSinceMs(): number {
    return this.#disturbances > 0 ? Infinity : this.#undisturbedSinceMs
  }

  agentEnded(host: Host, agent: SimAgent): void {
    this.say(() => `${host.name} agent ends`)
    for (const question of host.questions) question.reset()
    host.questions.clear()
    for (const { sessions } of this.hosts.values()) {
      for (const session of sessions) if (session.by === agent) sessions.delete(session)
    }
    host.after(restartMs, () => {
      if (host.agent === undefined) startAgent(this, host)
    })
  }

  #addHost(number: number): void {
    let rest = ''
    const disk = new SimDisk(this.random, (text) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) this.oracle.durable(line)
    })
    const host = new Host(number, this.schedule, this.storage, disk)
    host.start = (vm, why) => {
      // A loop of somebody starts its qemu itself; everything else asks libvirt.
      if (why !== 'respawned' && host.isQuarantined(vm)) {
        this.oracle.held(vm, host.name, why)
        return
      }
      const part = { vm, host: host.name, why, bornMs: this.schedule.nowMs }
      this.oracle.started(this.storage.start(part))
    }
    this.hosts.set(host.name, host)
    this.#byAddress.set(host.address, host)
  }
}
