/** What the agent says of itself. */

export interface HealthReply {
  readonly status: 'ok' | 'draining'
  readonly inFlight: number
}

export interface ReadyReply {
  readonly ready: boolean
  /** What a fence needs and this peer does not have, in words. */
  readonly missing: readonly string[]
}

export interface VersionReply {
  readonly name: 'peerfence'
  readonly version: string
  /** The same at every address of this agent, and of no other: two with one id are one voice. */
  readonly agentId: string
  /**
   * What this agent can do; a caller that needs one looks for it here, and takes no other for it.
   */
  readonly capabilities: readonly Capability[]
}

export type Capability = (typeof capabilities)[number]

export const capabilities = [
  'fence',
  'fence-successor-path',
  'batch',
  'callback',
  'passed-on',
  'explain',
  'history',
  'in-flight',
  'look',
  'unfence',
  'doctor',
  'metrics',
] as const
