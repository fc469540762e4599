/** What can be observed of a suspect, as data. Closed: a new kind stops the build in `decide`. */
import type { NeighbourDeath } from './neighbour-evidence.ts'
import type { SilenceEvidence } from './silence-evidence.ts'
import type { Doubt } from './verdict.ts'
import type { VmUuid } from './vm-uuid.ts'
import type { HostIdentity, QuarantineState, SupervisorState } from './host-evidence.ts'

export type {
  ConfirmedHost,
  HostIdentity,
  HostIs,
  QuarantinePolicy,
  QuarantineState,
  SupervisorState,
} from './host-evidence.ts'

/** Everything that one fence observed, in the form that the rule reads. */
export type Evidence =
  | { readonly kind: 'report'; readonly report: VmReport }
  /** Something of the suspect answered, and no complete report came of it. */
  | { readonly kind: 'refusal'; readonly because: Doubt }
  /** Nothing answered on SSH at any address. Whether that is silence is for the rule to say. */
  | { readonly kind: 'silence'; readonly silence: SilenceEvidence }
  /** Our own way failed or was slow, and another agent proved the death in our place. */
  | { readonly kind: 'passed-on'; readonly death: NeighbourDeath }
  /** Our own side failed: that says nothing about the suspect. */
  | { readonly kind: 'own-trouble'; readonly because: Doubt }
  | { readonly kind: 'out-of-time' }

/**
 * What the program on the suspect reported of one VM. Only a report that was bound to this request
 * by its nonce, counted, and closed by the end of its frame becomes a `VmReport`; everything less
 * is a `refusal`.
 */
export interface VmReport {
  readonly vm: VmUuid
  readonly host: HostIdentity
  readonly view: ProcessView
  /** Every qemu that was identified as this VM's, before and after the kill. */
  readonly qemus: readonly QemuSeen[]
  readonly finalScan: FinalScan
  /** Some of the processes behind the scan's doubts, for people. */
  readonly doubtful: readonly DoubtfulProcess[]
  readonly supervisor: SupervisorState
  readonly io: IoState
  readonly storage: StorageState
  readonly helpers: HelperState
  readonly virsh: VirshState
  readonly quarantine: QuarantineState
  readonly pgrep: PgrepState
}

/** Whether the program could see every process of the host. */
export interface ProcessView {
  readonly processes: 'all' | 'hidden'
  readonly pidNamespace: 'initial' | 'nested-accepted' | 'foreign'
  readonly privilege: 'root' | 'user'
}

/** One thread group: identity is pid plus start time (clock ticks since boot). */
export interface QemuSeen {
  readonly pid: number
  readonly startTicks: number
  /** How it was told to be this VM's. */
  readonly by: 'argv-uuid' | 'argv-name' | 'task-argv' | 'pid-file' | 'cgroup' | 'libvirt-start'
  readonly seen: 'before-kill' | 'after-kill'
  readonly kill: 'sent' | 'already-gone' | 'denied' | 'not-sent'
  readonly end: QemuEnd
}

export type QemuEnd =
  | { readonly kind: 'gone'; readonly afterMs: number }
  | { readonly kind: 'zombie'; readonly afterMs: number }
  | { readonly kind: 'living'; readonly tasks: readonly TaskSeen[] }

export interface TaskSeen {
  readonly tid: number
  /** The kernel's state letter: R, S, D, T, t, ... */
  readonly state: string
  /** The kernel function that the task waits in; `-` where it is not told. */
  readonly wchan: string
  readonly comm: string
}

/** The last full pass over all processes, after the hold. */
export interface FinalScan {
  readonly processes: number
  /** Living thread groups of this VM, whether known before or not. */
  readonly living: number
  /** Those of them that were not known before the kill. */
  readonly newcomers: number
  /** Qemu, or what may be one, that cannot be attributed to any VM. */
  readonly unattributable: number
  /** Processes that name this VM without being recognisable as its qemu. */
  readonly ambiguous: number
  /** Processes that were there and could not be read. */
  readonly unreadable: number
  /** Whether it came after the whole hold. Without that, what is gone may come back at once. */
  readonly hold: 'kept' | 'cut'
}

export interface DoubtfulProcess {
  readonly why: 'unattributable' | 'ambiguous' | 'unreadable'
  readonly pid: number
  readonly comm: string
}

/**
 * In all that may outlive the qemu, `not-looked` is said where nobody looked: mostly since it was
 * gone before us.
 */
export interface IoState {
  /** Whether the qemu could have had writes in flight that outlive it (io_uring). */
  readonly uring: 'none' | 'seen' | 'not-known' | 'not-looked'
  /**
   * Of block devices, after the end of the qemu. `yes`: each was seen without a write in flight.
   * `moving`: some never were, but all of them went on completing writes: busy, not hung. `ending`:
   * the kernel still takes down an io_uring that may be the qemu's.
   */
  readonly drained: 'not-needed' | 'yes' | 'moving' | 'no' | 'ending' | 'not-visible' | 'not-looked'
  /** Which devices: the qemu's own and what they are stacked on, or, where nobody can tell, all. */
  readonly devices: 'not-needed' | 'own' | 'all' | 'not-looked'
  /**
   * Of TCP connections that the qemu does not serve. `waiting`: after its end the kernel still
   * holds data to send of somebody who is gone. `not-known`: it had a socket that no table shows,
   * or a network that nobody could look at.
   */
  readonly sockets: 'none' | 'sent' | 'waiting' | 'not-known' | 'not-looked'
}

/** What the qemu had opened for writing. */
export interface StorageState {
  /**
   * The least visible of it. What waits in a network's client (`network-fs`), or in a program or a
   * connection (`user-space`), is seen neither as a task nor on a block device. `hidden`: its
   * arguments name a disk that it had not open, so that it was written to in a way that nobody
   * looked at.
   */
  readonly kind:
    'none' | 'local' | 'network-fs' | 'user-space' | 'not-known' | 'hidden' | 'not-looked'
  readonly fileSystems: readonly FileSystem[]
  /**
   * Of files on shared storage, opened neither O_DIRECT nor O_SYNC: what the host may write later.
   * It is `flushed` only where the suspect said, after the end of the qemu, that all of it was
   * written.
   */
  readonly pageCache:
    'none' | 'may-hold-dirty' | 'flushed' | 'not-flushed' | 'not-known' | 'not-looked'
  /** What the operator wants done about it. */
  readonly policy: PageCachePolicy
}

/**
 * Of programs that write for the VM. `settled`: each let go of it and hangs nowhere; `not-known`:
 * one was not found.
 */
export interface HelperState {
  readonly state: 'none' | 'settled' | 'pending' | 'not-known' | 'not-looked'
  /** What the operator wants done about one that cannot be shown to have settled. */
  readonly policy: HelpersPolicy
}

export type HelpersPolicy = 'refuse' | 'report'

export type PageCachePolicy = 'report' | 'flush' | 'refuse'

/** `block` is a block device, `fuse` any of that family, `other` one that is not in this list. */
export type FileSystem =
  | ('block' | 'ext2' | 'ext3' | 'ext4' | 'xfs' | 'btrfs' | 'zfs' | 'f2fs' | 'overlay' | 'fuse')
  | ('nfs' | 'nfs4' | 'ceph' | 'cifs' | 'smb3' | '9p' | 'virtiofs' | 'ocfs2' | 'gfs2' | 'gpfs')
  | ('lustre' | 'other')

/**
 * Libvirt's word, never a proof: the worst of every daemon that runs there. `destroyed`: and asked
 * once more, it runs no longer. `no-daemon`: none runs, so that none can be starting a VM.
 * `running` is said by a look, or where nothing was destroyed.
 */
export type VirshState =
  | ('running' | 'destroyed' | 'not-running' | 'no-such-vm' | 'no-daemon')
  | ('no-answer' | 'missing' | 'failed' | 'left-out')

export type PgrepState = 'agreed' | 'found-more' | 'missing' | 'failed' | 'late' | 'left-out'
