/** What can be observed of the host itself, beside the processes on it, as data. */

export interface HostIdentity {
  readonly machineId: string
  readonly bootId: string
  /** What the host calls itself, each in lower case and without dashes. */
  readonly hostUuids: readonly string[]
  readonly is: HostIs
}

/**
 * What the program itself concluded before it touched anything. Of a uuid that was sent: the host
 * shows it (`as-named`), or it was bound to the host's key in an earlier contact (`as-bound`), or
 * nothing says that this is the host (`not-shown`). Where none was sent: its key is known from a
 * person, a drill or an earlier contact that was confirmed (`by-key`), or from a first contact
 * alone (`unconfirmed`).
 */
export type HostIs = ConfirmedHost | 'unconfirmed' | 'not-shown' | 'contradicted' | 'own-host'
export type ConfirmedHost = 'as-named' | 'as-bound' | 'by-key'

/** Who would start the VM again after the kill, as far as that was seen before it. */
export interface SupervisorState {
  /**
   * `none-seen`: no qemu was there before the kill. `pod`: of Kubernetes, evidence alone.
   * `outlasted`: a unit of systemd whose wait before a restart the hold outlasts. Of the others
   * nothing was killed: `too-slow`, a unit that waits longer; `parent`, a process that may start it
   * again, whenever; `not-known`, `not-looked`.
   */
  readonly is: SupervisorIs
  /** How long the unit waits, in ms. */
  readonly restartMs: number
}

type SupervisorIs = 'none-seen' | 'no' | 'pod' | 'outlasted' | UnboundSupervisor
type UnboundSupervisor = 'too-slow' | 'parent' | 'not-known' | 'not-looked'

/** Whether what libvirt of the host starts of the VM from now on fails, for a while. */
export interface QuarantineState {
  /**
   * `proven`: the entry was written before the kill, and every daemon of libvirt there, as the very
   * process that it is, has obeyed the hook in a drill and has answered about the VM since.
   * `set`: the entry is written. `hook-not-active`: a daemon did not obey, or is older than
   * the hook. `taken-back`: the fence refuses and has killed nothing. `lifted`: by a person, who
   * looks; a fence never says so.
   */
  readonly state: UnprovenQuarantine | 'proven'
  /** Whether the operator wants a proof without it. */
  readonly policy: QuarantinePolicy
}

export type QuarantinePolicy = 'optional' | 'required'

type UnprovenQuarantine =
  ('not-set' | 'no-hook' | 'hook-not-active' | 'not-writable') | ('set' | 'taken-back' | 'lifted')
