import type { Doubt } from '../domain/verdict.ts'

/** How far the contact came, for people and for metrics; never read by the rule. */
export interface ContactTrail {
  /** The address that was logged in to; empty where none was. */
  readonly address: string
  /** Each phase that ended, in order. */
  readonly phases: readonly PhaseTime[]
  /** A closed, short word or sentence about the end; never remote output, never a secret. */
  readonly detail: string
  /** The contacts before this one that came to nothing, in order; absent where this was the first. */
  readonly earlier?: readonly EarlierContact[]
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

/** `queue`: until a session was free. Those from `resolve` to `login` are missing where one was open. */
export type Phase =
  'queue' | 'resolve' | 'connect' | 'banner' | 'handshake' | 'login' | 'channel' | 'run'
