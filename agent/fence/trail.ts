import type { Doubt } from '../domain/verdict.ts'

/** How far the contact came, for people and for metrics; never read by the rule. */
export interface ContactTrail {
  /** The address that was logged in to; empty where none was. */
  readonly address: string
  /** Each phase that ended, with its length in ms, in order. */
  readonly phases: readonly { readonly phase: Phase; readonly ms: number }[]
  /** A closed, short word or sentence about the end; never remote output, never a secret. */
  readonly detail: string
  /** The contacts before this one that came to nothing, in order; absent where this was the first. */
  readonly earlier?: readonly EarlierContact[]
}

export interface EarlierContact {
  readonly because: Doubt
  readonly detail: string
  readonly ms: number
}

export type Phase = 'resolve' | 'connect' | 'banner' | 'handshake' | 'login' | 'channel' | 'run'
