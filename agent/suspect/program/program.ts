/** What goes over the session's stdin: the program, unless the suspect has it, then the request. */
import { randomBytes } from 'node:crypto'
import type { HelpersPolicy, PageCachePolicy, QuarantinePolicy } from '../../domain/evidence.ts'
import type { VmUuid } from '../../domain/vm-uuid.ts'
import { protocolVersion } from '../report/protocol.ts'
import type { ProgramAction } from '../report/protocol.ts'

/**
 * Of the key that a host has shown: `bound`, in an earlier contact that was confirmed the host bore
 * the uuid that was sent; `confirmed`, a person, a drill or such a contact made it known;
 * `unconfirmed`, a first contact alone did.
 */
export type HostPin = 'bound' | 'confirmed' | 'unconfirmed'

/** One VM and how long the program may take until it reports it, in ms. */
export interface AskedVm {
  readonly vm: VmUuid
  readonly budgetMs: number
}

/** What holds for every VM of a run. */
export interface RunConfig extends SuspectPolicy {
  readonly action: ProgramAction
  /** What the management plane calls this host; empty where it did not say. */
  readonly hostUuid: string
  /** What is known of the host by the key that it has shown. */
  readonly pin: HostPin
  /** Who we are, so that the program can refuse to run on this very host. */
  readonly own: OwnIdentity
  /** How long it keeps looking after the last task has gone, in ms. */
  readonly holdMs: number
  /** Whether a nested pid namespace is accepted as the whole host. */
  readonly pidNamespace: 'initial' | 'nested'
}

/** What the operator wants done about what a report cannot show. */
export interface SuspectPolicy {
  /** What to do about a page cache that may hold writes for shared storage. */
  readonly pageCache: PageCachePolicy
  /** What to do about a program that may still write for the VM. */
  readonly helpers: HelpersPolicy
  /** Types of file systems that are shared besides those that the program knows to be. */
  readonly sharedFileSystems: readonly string[]
  /** Whether a proof needs a quarantine that no start can pass. */
  readonly quarantine: QuarantinePolicy
  /** How long a VM stays in quarantine once its fence is over, in s; 0 for none. */
  readonly quarantineSec: number
}

export interface OwnIdentity {
  readonly machineId: string
  readonly bootId: string
}

/**
 * Where the program comes from: this session sends it, or the suspect has it behind a forced
 * command.
 */
export type ProgramSource = 'sent' | 'installed'

/** Who runs the program there. */
export interface ProgramLogin {
  readonly user: string
  readonly program: ProgramSource
}

export interface ProgramRun {
  readonly stdin: string
  /** 128 random bits in hex: every line of the report bears it. */
  readonly nonce: string
}

/**
 * The command line that the suspect's sshd gives to the login shell. It names neither the VM nor
 * qemu, so that no search over command lines, ours included, can find it. `-p` keeps functions and
 * start-up files of the environment out of a program that runs as root.
 */
export const programCommand = (privilege: 'as-login' | 'by-sudo'): string =>
  `${privilege === 'by-sudo' ? 'sudo -n ' : ''}bash --noprofile --norc -p -s`

/**
 * The exit code of a login shell that was given `installedCommand` for want of a forced command.
 */
export const notForcedCode = 78

/**
 * What is asked of a suspect that has the program behind a forced command: sshd runs that instead.
 * Where there is none, the login shell ends at once, with a code of its own, and reads no stdin.
 */
export const installedCommand = `exit ${notForcedCode}`

/**
 * What goes before a program that is sent: a shell reads its script byte by byte, and this much in
 * one go. A text that is cut on its way is not run, nor is what comes of it later: with a TMOUT of
 * the login, say.
 */
const loaderOf = (programText: string): string =>
  `IFS= read -r -N ${programText.length} program && eval "$program"; exit 3\n`

/**
 * Up to the point where the program says that it is ready. Of the first two lines every version
 * understands that they are, and answers in its own.
 */
export const composeRun = (programText: string | undefined, request: RunConfig): ProgramRun => {
  const nonce = randomBytes(16).toString('hex')
  const lines = [
    `version=${protocolVersion}`,
    `nonce=${nonce}`,
    `action=${request.action}`,
    `hold_ms=${request.holdMs}`,
    `pid_namespace=${request.pidNamespace}`,
    `page_cache=${request.pageCache}`,
    `helpers=${request.helpers}`,
    ...request.sharedFileSystems.map((type) => `shared_type=${type}`),
    `quarantine=${request.quarantine}`,
    `quarantine_sec=${request.quarantineSec}`,
    `own_machine_id=${request.own.machineId}`,
    `own_boot_id=${request.own.bootId}`,
    `host_uuid=${request.hostUuid}`,
    `host_pin=${request.pin}`,
    'ready',
  ]
  const program = programText === undefined ? '' : loaderOf(programText) + programText
  return { nonce, stdin: `${program}${lines.join('\n')}\n` }
}

/**
 * What the program is told once it is ready, each VM once: until then nobody knows how much time is
 * left, after a channel that was long in coming, a slow login shell, or a sudo that hung.
 */
export const composeVms = (vms: readonly AskedVm[]): string =>
  `${vms.map(({ vm, budgetMs }) => `vm=${vm} ${budgetMs}\n`).join('')}go\n`
