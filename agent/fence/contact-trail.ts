import type { Doubt } from '../domain/verdict.ts'

/** How far the contact came, for people and for metrics; never read by the rule. */
export interface ContactTrail {
  /** The address that was logged in to; empty where none was. */
  readonly address: string
  /** Each phase that ended, in order. */
  readonly phases: readonly PhaseTime[]
  /** A closed, short word or sentence about the end; never remote output, never a secret. */
  readonly detail: string
  /**
   * The contacts before this one that came to nothing, in order; absent where this was the first.
   */
  readonly earlier?: readonly EarlierContact[]
  /** Where the contact ended at the host key: what was shown, and what is known instead. */
  readonly hostKey?: HostKeyDoubt
}

/** Fingerprints, as ssh-keygen prints them. */
export interface HostKeyDoubt {
  readonly shown: string
  readonly known: readonly string[]
}

export interface PhaseTime {
  readonly phase: Phase
  readonly ms: number
}

export interface EarlierContact {
  readonly because: Doubt
  readonly detail: string
  readonly ms: number
}

/**
 * `queue`: until a session was free. Those from `resolve` to `login` are missing where one was
 * open.
 */
export type Phase =
  'queue' | 'resolve' | 'connect' | 'banner' | 'handshake' | 'login' | 'channel' | 'run'
