/** How far the contact came, for people and for metrics; never read by the rule. */
export interface ContactTrail {
  /** The address that was logged in to; empty where none was. */
  readonly address: string
  /** Each phase that ended, with its length in ms, in order. */
  readonly phases: readonly { readonly phase: Phase; readonly ms: number }[]
  /** A closed, short word or sentence about the end; never remote output, never a secret. */
  readonly detail: string
}

export type Phase = 'resolve' | 'connect' | 'banner' | 'handshake' | 'login' | 'channel' | 'run'
