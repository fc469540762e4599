/** A plan out of a seed and a number. */
import { createPrng } from '../nemesis/prng.ts'
import type { Prng } from '../nemesis/prng.ts'
import { faultKinds } from './plan.ts'
import type { AskPlan, Fault, FaultKind, Plan } from './plan.ts'

/** Faults begin within this, in ms. */
const troubleMs = 45_000
const lastsMsMax = 40_000

/** Those that decide most are picked more often. */
const kinds: readonly FaultKind[] = [
  ...faultKinds,
  ...(['cut', 'cut-ip', 'power-off', 'power-off', 'frozen', 'vm-hangs', 'vm-respawns'] as const),
  ...([
    'cut',
    'cut',
    'isolated',
    'power-off',
    'frozen',
    'sshd-silent',
    'vm-starts',
    'vm-starts',
    'vm-starts-unseen',
  ] as const),
  ...(['node-busy', 'node-busy', 'clock-jumps'] as const),
  ...(['agent-killed', 'agent-killed-at-call', 'node-restarts', 'sessions-cut'] as const),
]

export const planOf = (seed: number, world: number): Plan => {
  const random = createPrng(seed, world)
  const hosts = random.int(3, 5)
  const hostName = (): string => `kvm-${random.int(1, hosts)}`
  // Most of them on one host: they are asked about together.
  const vms = Array.from({ length: random.int(1, 5) }, () => ({
    on: random.chance(70) ? 'kvm-1' : hostName(),
    isAutostarted: random.chance(30),
  }))
  const vmName = (): string => `vm-${random.int(1, vms.length)}`
  const asks = [
    ...Array.from({ length: random.int(4, 16) }, () => askOf(random, vmName)),
    ...stormOf(random, vms.length),
  ]
  const faults = Array.from({ length: random.int(0, 14) }, () => {
    const fault = faultOf(random, hostName, vmName, vms.length)
    // Most begin about when somebody asks. or while the program runs.
    const atMs = random.pick(asks).atMs
    const nearMs = atMs + (random.chance(50) ? random.int(-6_000, 1_500) : random.int(0, 400))
    return random.chance(85) ? { ...fault, atMs: Math.max(0, Math.min(nearMs, troubleMs)) } : fault
  })
  return {
    seed: [seed, world],
    hosts,
    vms,
    isOnLink: random.chance(50),
    keepMs: random.pick([0, 1_000, 30_000]),
    proofMs: random.pick([5_000, 60_000]),
    holdMs: random.pick([50, 300, 1_000]),
    ...(random.chance(50) ? { quarantineMs: 120_000 } : {}),
    asks,
    faults,
    quietMs: troubleMs + lastsMsMax,
  }
}

const faultOf = (
  random: Prng,
  hostName: () => string,
  vmName: () => string,
  vms: number,
): Fault => {
  const kind = random.pick(kinds)
  const atMs = random.int(0, troubleMs)
  const forMs = random.pick([
    random.int(50, 1_500),
    random.int(1_000, 8_000),
    random.int(5_000, lastsMsMax),
  ])
  const host = random.chance(50) && kind !== 'isolated' ? 'kvm-1' : hostName()
  const others = ['kvm-1', 'kvm-2', 'kvm-3', 'gateway', 'node'].filter((one) => one !== host)
  const to = random.pick(others)
  const path = random.chance(50) ? { host, to } : { host: to, to: host }
  const vm = vmName()
  // What a kind needs besides its host.
  const parts: Partial<Record<FaultKind, Partial<Fault>>> = {
    cut: path,
    'cut-ip': path,
    'cut-arp': path,
    'vm-hangs': { vm },
    'vm-respawns': { vm, ms: random.pick([20, 200, 2_000]) },
    'vm-starts': { vm, ms: random.int(100, 3_000) },
    'vm-starts-unseen': { vm, ms: random.int(1_000, 9_000) },
    'vm-migrates': { vm, to: hostName(), ms: random.int(200, 4_000) },
    'clock-jumps': { ms: random.pick([-3_600_000, -10_000, -500, 700, 20_000, 86_400_000]) },
    'agent-killed-at-call': { ms: random.int(0, 12 * vms) },
  }
  const isStart = kind === 'vm-starts' || kind === 'vm-starts-unseen'
  if (isStart && random.chance(80)) return { kind, atMs, forMs, ...parts[kind] }
  return { kind, atMs, forMs, host, ...parts[kind] }
}

const budgetsSec = [1, 2, 5, 10, 20, 20, 40, 60] as const

const askOf = (random: Prng, vmName: () => string): AskPlan => ({
  atMs: random.int(500, troubleMs + 20_000),
  vm: vmName(),
  answer: random.pick(['now', 'now', 'later', 'later', 'two']),
  peer: random.int(0, 3),
  budgetSec: random.pick(budgetsSec),
  isRestarted: random.chance(40),
  retries: random.int(0, 2),
  isTwice: random.chance(20),
})

/** All VMs of a host, within moments. */
const stormOf = (random: Prng, vms: number): readonly AskPlan[] => {
  if (random.chance(50)) return []
  const atMs = random.int(500, troubleMs)
  const answer = random.pick(['now', 'later'] as const)
  const peer = random.int(0, 3)
  const budgetSec = random.pick(budgetsSec)
  return Array.from({ length: vms }, (_one, index) => ({
    atMs: atMs + random.int(0, 400),
    vm: `vm-${index + 1}`,
    answer,
    peer,
    budgetSec,
    retries: 1,
  }))
}
