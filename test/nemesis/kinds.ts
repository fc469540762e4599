/** Every fault that the nemesis knows, and what a correct agent can still do under it. */
export interface FaultKind {
  /** Whether a correct agent can still prove the death of the VM, within the time that it gets. */
  readonly recoverable: boolean
  /** `before` the requests, `during` them, or `any` of both. */
  readonly when: 'before' | 'during' | 'any'
  /** The disk that the VM needs for it. */
  readonly disk?: 'file' | 'lun-native' | 'lun-uring'
  /** The companion that cannot be at work beside it. */
  readonly apart?: string
  /** Only a qemu without libvirt will do. */
  readonly orphan?: true
  /** Silence takes long to prove, so some of the fences get the time for it. */
  readonly slow?: true
  /** It happens to the peer itself, so no other round may run beside it. */
  readonly alone?: true
  /** The fences go through a relay that spoils the connection. */
  readonly relay?: true
}

const kinds = {
  none: { recoverable: true, when: 'before' },
  // the suspect's network
  silent: { recoverable: false, when: 'before', slow: true },
  unplugged: { recoverable: false, when: 'before', slow: true },
  drop: { recoverable: false, when: 'any', slow: true },
  'drop-ip': { recoverable: false, when: 'any' },
  'drop-ssh': { recoverable: false, when: 'any' },
  'reject-rst': { recoverable: false, when: 'any' },
  'reject-prohibited': { recoverable: false, when: 'any' },
  'no-icmp': { recoverable: true, when: 'any' },
  'link-down': { recoverable: false, when: 'any', slow: true },
  'ban-of-this-peer': { recoverable: false, when: 'any', slow: true },
  'switch-port-comes-back': { recoverable: false, when: 'during', slow: true },
  'drop-for-a-moment': { recoverable: true, when: 'during' },
  loss: { recoverable: true, when: 'any' },
  delay: { recoverable: true, when: 'before', relay: true },
  'connection-cut': { recoverable: true, when: 'before', relay: true },
  'connection-stalls': { recoverable: false, when: 'before', relay: true },
  // who answers
  'host-key-changed': { recoverable: false, when: 'before' },
  'other-host': { recoverable: false, when: 'before' },
  'twin-host': { recoverable: false, when: 'before' },
  // the peer
  'witness-silent': { recoverable: false, when: 'before', slow: true },
  'peer-link-down': { recoverable: false, when: 'any', alone: true },
  'journal-hung': { recoverable: false, when: 'any', apart: 'agent-killed' },
  'agent-killed': { recoverable: false, when: 'during' },
  // sshd
  'sshd-stopped': { recoverable: false, when: 'any' },
  'sshd-hung': { recoverable: false, when: 'any' },
  'sshd-hung-for-a-moment': { recoverable: true, when: 'during' },
  'sessions-killed': { recoverable: true, when: 'during' },
  'startups-filled': { recoverable: true, when: 'before' },
  storm: { recoverable: true, when: 'before' },
  // libvirt and qemu
  'libvirtd-stopped': { recoverable: true, when: 'any' },
  // What is not seen to run may be about to start, and who could tell hangs.
  'libvirtd-hung': { recoverable: false, when: 'any' },
  'qemu-stopped': { recoverable: true, when: 'any' },
  'killed-by-another': { recoverable: true, when: 'any' },
  'second-qemu': { recoverable: true, when: 'before' },
  respawner: { recoverable: false, when: 'before', orphan: true, apart: 'second-qemu' },
  'look-alikes': { recoverable: false, when: 'before' },
  // storage
  'unkillable-io': { recoverable: false, when: 'before', disk: 'file' },
  'zombie-leader': { recoverable: false, when: 'before', disk: 'file' },
  'unkillable-lun': { recoverable: false, when: 'before', disk: 'lun-native' },
  'exit-hangs': { recoverable: false, when: 'before', disk: 'lun-native' },
  'write-in-flight': { recoverable: false, when: 'before', disk: 'lun-uring' },
} as const satisfies Readonly<Record<string, FaultKind>>

export type FaultName = keyof typeof kinds

export const faultNames = Object.keys(kinds) as readonly FaultName[]

export const faultKind = (name: FaultName): FaultKind => kinds[name]

/** Faults that a second one may be added to, so that what is seen still tells which was at work. */
export const companions: readonly FaultName[] = [
  'no-icmp',
  'libvirtd-stopped',
  'libvirtd-hung',
  'qemu-stopped',
  'killed-by-another',
  'second-qemu',
  'sessions-killed',
  'agent-killed',
]
