/** What each fault does to a world, and what its end undoes. */
import { startAgent } from './agent.ts'
import type { Host } from './host.ts'
import type { Fault } from './plan.ts'
import type { World } from './world.ts'

/** Until a host that was switched on runs its agent and starts its VMs, in ms. */
const bootMs = 3_000

/** Does it now, and gives what ends it. */
type Deed = (world: World, fault: Fault) => () => void

const nothing = (): void => undefined

const hostOf = (world: World, { host = '' }: Fault): Host => world.host(host)

const counted =
  (key: keyof Host['faults']): Deed =>
  (world, fault) => {
    const { faults } = hostOf(world, fault)
    faults[key] += 1
    return () => {
      faults[key] -= 1
    }
  }

const diskFault =
  (key: 'full' | 'hanging' | 'failing'): Deed =>
  (world, fault) => {
    const { faults } = hostOf(world, fault).disk
    faults[key] += 1
    return () => {
      faults[key] -= 1
    }
  }

const cutAll =
  (paths: readonly (readonly [string, string])[], layers: readonly ('ip' | 'arp')[]) =>
  ({ network }: World): (() => void) => {
    const all = paths.flatMap(([from, to]) => layers.map((layer) => [from, to, layer] as const))
    for (const [from, to, layer] of all) network.cut(from, to, layer, 1)
    return () => {
      for (const [from, to, layer] of all) network.cut(from, to, layer, -1)
    }
  }

const powerOff: Deed = (world, fault) => {
  const host = hostOf(world, fault)
  host.faults.off += 1
  if (host.faults.off > 1) {
    return () => {
      powerOn(world, host)
    }
  }
  for (const one of world.storage.on(host.name)) world.storage.end(one)
  host.loseQuarantines(() => world.random.chance(50))
  host.agent?.process.end()
  host.disk.losePower()
  host.sessions.clear()
  host.questions.clear()
  return () => {
    powerOn(world, host)
  }
}

const powerOn = (world: World, host: Host): void => {
  host.faults.off -= 1
  if (host.faults.off > 0) return
  host.boot += 1
  host.after(bootMs, () => {
    if (host.agent === undefined) startAgent(world, host)
    world.plan.vms.forEach(({ on, isAutostarted }, index) => {
      const vm = `vm-${index + 1}`
      const isThere = world.storage.living(vm, host.name).length > 0
      if (isAutostarted === true && on === host.name && !isThere) host.start(vm, 'autostarted')
    })
  })
}

const freeze: Deed = (world, fault) => {
  const host = hostOf(world, fault)
  const untilMs = world.schedule.nowMs + fault.forMs
  host.frozenUntilMs = Math.max(host.frozenUntilMs, untilMs)
  host.machine.heldUntilMs = Math.max(host.machine.heldUntilMs, untilMs)
  return nothing
}

const hang: Deed = (world, { vm = '' }) => {
  const hung = world.storage.living(vm)
  for (const one of hung) one.stuck += 1
  return () => {
    for (const one of hung) world.host(one.host).recover(one)
  }
}

/**
 * On a host that is named, or where the VM is: there it ends first, as a guest that is started
 * anew.
 */
const somebodyStarts: Deed = (world, { host: named, vm = '', ms = 0 }) => {
  const { storage, schedule, oracle, node } = world
  const host = world.host(named ?? node.places.get(vm) ?? '')
  if (!host.responds || node.underWay.has(vm)) return nothing
  const running = storage.living(vm, host.name)
  if (running.some(({ stuck }) => stuck > 0)) return nothing
  for (const one of running) storage.end(one)
  if (host.isQuarantined(vm)) {
    oracle.held(vm, host.name, 'somebody')
    return nothing
  }
  const part = { vm, host: host.name, why: 'somebody', bornMs: schedule.nowMs } as const
  const one = storage.start({ ...part, isStarting: true })
  oracle.started(one)
  host.after(ms, () => {
    one.isStarting = false
  })
  return nothing
}

/** As libvirt does before it has forked anything: whoever looks sees no process, and no VM. */
const somebodyStartsUnseen: Deed = (world, { host: named, vm = '', ms = 0 }) => {
  const { storage, node } = world
  const host = world.host(named ?? node.places.get(vm) ?? '')
  if (!host.responds || node.underWay.has(vm)) return nothing
  host.after(ms, () => {
    if (storage.living(vm, host.name).length === 0) host.start(vm, 'somebody')
  })
  return nothing
}

/** Ordered by the node, which asks no question about a VM meanwhile. */
const migrate: Deed = (world, { vm = '', to = '', ms = 0 }) => {
  const { node, storage, schedule, oracle } = world
  const from = node.places.get(vm) ?? ''
  const target = world.host(to)
  const [one, ...more] = storage.living(vm, from)
  const isWell = target.responds && world.host(from).responds && from !== to && node.isUp
  const isFree =
    storage.living(vm, to).length === 0 && !node.underWay.has(vm) && !node.asking.has(vm)
  if (!isWell || !isFree || one === undefined || more.length > 0 || one.stuck > 0) return nothing
  if (target.isQuarantined(vm)) {
    oracle.held(vm, to, 'migrated')
    return nothing
  }
  node.underWay.add(vm)
  const part = { vm, host: to, why: 'migrated', bornMs: schedule.nowMs } as const
  const coming = storage.start({ ...part, isStarting: true })
  oracle.started(coming)
  schedule.after(ms, () => {
    node.underWay.delete(vm)
    if (!coming.isLiving) return
    const isThrough = one.isLiving && one.stuck === 0 && world.host(from).responds
    storage.end(isThrough ? one : coming)
    if (!isThrough) return
    coming.isStarting = false
    node.places.set(vm, to)
  })
  return nothing
}

const deeds: Readonly<Record<Fault['kind'], Deed>> = {
  'cut-ip': (world, { host = '', to = '' }) => cutAll([[host, to]], ['ip'])(world),
  'cut-arp': (world, { host = '', to = '' }) => cutAll([[host, to]], ['arp'])(world),
  cut: (world, { host = '', to = '' }) => {
    const both = [
      [host, to],
      [to, host],
    ] as const
    return cutAll(both, ['ip', 'arp'])(world)
  },
  isolated: (world, { host = '' }) => {
    const others = [...world.hosts.keys(), 'gateway', 'node'].filter((one) => one !== host)
    const paths = others.flatMap((one) => [[host, one] as const, [one, host] as const])
    return cutAll(paths, ['ip', 'arp'])(world)
  },
  'power-off': powerOff,
  frozen: freeze,
  asleep: (world, fault) => {
    freeze(world, fault)
    return () => {
      hostOf(world, fault).machine.sleptMs += fault.forMs
    }
  },
  'clock-jumps': (world, fault) => {
    hostOf(world, fault).machine.wallSkewMs += fault.ms ?? 0
    return nothing
  },
  'sshd-closed': counted('closed'),
  'sshd-silent': counted('silent'),
  'sshd-drops': counted('drops'),
  'sshd-slow': counted('slow'),
  'reports-cut': counted('cutsReports'),
  'sessions-cut': (world, fault) => {
    for (const one of hostOf(world, fault).sessions) one.reset()
    return nothing
  },
  'agent-killed': (world, fault) => {
    hostOf(world, fault).agent?.process.end()
    return nothing
  },
  'agent-killed-at-call': (world, fault) => {
    hostOf(world, fault).agent?.process.endAtCall(fault.ms ?? 0)
    return () => {
      hostOf(world, fault).agent?.process.endAtCall(Infinity)
    }
  },
  'agent-held': (world, fault) => {
    const { machine } = hostOf(world, fault)
    machine.heldUntilMs = Math.max(machine.heldUntilMs, world.schedule.nowMs + fault.forMs)
    return nothing
  },
  'disk-full': diskFault('full'),
  'disk-hangs': diskFault('hanging'),
  'disk-fails': diskFault('failing'),
  'vm-hangs': hang,
  'vm-respawns': (world, fault) => {
    const { respawns } = hostOf(world, fault)
    const { vm = '', ms = 0 } = fault
    respawns.set(vm, ms)
    return () => {
      respawns.delete(vm)
    }
  },
  'vm-starts': somebodyStarts,
  'vm-starts-unseen': somebodyStartsUnseen,
  'vm-migrates': migrate,
  'node-restarts': ({ node }) => {
    node.restart()
    return () => {
      node.isUp = true
    }
  },
  'node-busy': ({ node }) => {
    node.busy += 1
    return () => {
      node.busy -= 1
    }
  },
}

export const planFault = (world: World, fault: Fault): void => {
  const { kind, atMs, forMs, host = '', to = '', vm = '', ms } = fault
  const words = [kind, vm, host, to, ms].filter((word) => word !== undefined && word !== '')
  world.schedule.after(atMs, () => {
    world.say(() => `fault: ${words.join(' ')}, for ${forMs} ms`)
    world.disturb(1)
    const undo = deeds[kind](world, fault)
    world.schedule.after(forMs, () => {
      world.say(() => `over: ${words.join(' ')}`)
      undo()
      world.disturb(-1)
    })
  })
}
