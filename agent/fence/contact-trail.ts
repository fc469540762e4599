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
  /** Other agents that were asked to fence in our place; absent where none was. */
  readonly neighbours?: readonly NeighbourAsked[]
}

/** What became of one neighbour that was asked. */
export interface NeighbourAsked {
  /** As the configuration names it. */
  readonly name: string
  /** Its own; empty where it told none. */
  readonly agentId: string
  /** Under which it keeps this fence; empty where it began none. */
  readonly fenceId: string
  /**
   * `words`: whatever it said proves nothing and forbids nothing. `contact`: the suspect answered
   * it, and no death was proven. `dead`: it proved the death.
   */
  readonly said: 'dead' | 'contact' | 'words'
  /** The reason of its verdict, or why there was none. */
  readonly because: string
  /** `not-known` once it was asked and gave no whole answer. */
  readonly killed: Killed
  readonly ms: number
}

/** What was killed on the suspect. */
export interface Killed {
  /** `not-known`: the program had begun, and its report did not come. */
  readonly is: 'yes' | 'no' | 'not-known'
  /** As the suspect numbers them; of a report alone. */
  readonly pids: readonly number[]
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
