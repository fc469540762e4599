/** What a world is made of, as data: a seed makes one, and so does a scenario's `world.json`. */

/**
 * `kvm-1` and so on are hosts, `vm-1` and so on VMs; `gateway` answers pings, `node` is the
 * management node.
 */
export interface Plan {
  /** Of everything that is not said here: how long things take, which host is picked. */
  readonly seed: readonly number[]
  readonly hosts: number
  readonly vms: readonly VmPlan[]
  /** Whether the hosts see each other's ARP. */
  readonly isOnLink: boolean
  readonly keepMs: number
  readonly proofMs: number
  readonly holdMs: number
  /**
   * How long a VM that was fenced does not start on that host, in ms; absent where no libvirt has
   * the hook.
   */
  readonly quarantineMs?: number
  readonly asks: readonly AskPlan[]
  readonly faults: readonly Fault[]
  /** Until then every fault is over; afterwards every VM has to be provable. */
  readonly quietMs: number
  /**
   * False for a story that is told without it: whether every VM is asked about once more at the
   * end.
   */
  readonly isAskedAtLast?: boolean
}

export interface VmPlan {
  readonly on: string
  /** Started by its host itself after a boot. */
  readonly isAutostarted?: boolean
}

/** The management node suspects the host where it believes the VM to be. */
export interface AskPlan {
  readonly atMs: number
  readonly vm: string
  /**
   * `now`: the response is the answer; `later`: it is posted; `two`: two peers have to call the
   * host unreachable.
   */
  readonly answer: 'now' | 'later' | 'two'
  /** How many hosts after the suspect the first peer is. */
  readonly peer: number
  readonly budgetSec: number
  /**
   * After a refusal, or once nobody answers: whether the VM is started again where it was, if it is
   * gone there.
   */
  readonly isRestarted?: boolean
  /** How often an answer that does not come is asked for again, each time of the next peer. */
  readonly retries?: number
  /** Posted twice with one task. */
  readonly isTwice?: boolean
}

export interface Fault {
  readonly kind: FaultKind
  readonly atMs: number
  readonly forMs: number
  readonly host?: string
  readonly to?: string
  readonly vm?: string
  readonly ms?: number
}

export const faultKinds = [
  // paths
  'cut-ip', // one direction of one path, IP alone
  'cut-arp', // one direction of one path, ARP alone
  'cut', // both directions of one path, whole
  'isolated', // everything of one host
  // hosts
  'power-off',
  'frozen', // the whole kernel stands still, and goes on as if nothing had happened
  'asleep', // the same, and its monotonic clock stood still with it
  'clock-jumps',
  'sshd-closed',
  'sshd-silent',
  'sshd-drops',
  'sshd-slow',
  'sessions-cut',
  'reports-cut', // the connection ends in the middle of a report
  // agents
  'agent-killed',
  'agent-killed-at-call', // at a call of a port, the so many-th from then on
  'agent-held', // it gets no processor
  'disk-full',
  'disk-hangs',
  'disk-fails',
  // VMs
  'vm-hangs', // in uninterruptible I/O
  'vm-respawns', // something starts it again when it ends
  'vm-starts', // something starts it, if it is not there
  'vm-starts-unseen', // the same, with nothing to be seen before libvirt asks its hook
  'vm-migrates',
  // the management node
  'node-restarts',
  'node-busy', // takes no callbacks
] as const
export type FaultKind = (typeof faultKinds)[number]
