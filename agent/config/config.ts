/** The agent's configuration after defaults: what the rest of the program is built from. Frozen. */
import type { ListenerRule } from '../http/admit/listener-rule.ts'

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const
export type LogLevel = (typeof logLevels)[number]

/** The meaning, unit and cost of each property stand in `schema.ts`. */
export interface Config {
  readonly http: {
    readonly listeners: readonly ListenerRule[]
    readonly inFlightMax: number
    readonly inFlightPerSuspectMax: number
    readonly inFlightPerCallerMax: number
    readonly requestsPerMinuteMax: number
  }
  readonly callbacks: {
    readonly to: readonly string[]
    readonly retrySec: number
    readonly proofSec: number
  }
  readonly ssh: {
    readonly connectWindowMs: number
    readonly sessionKeepMs: number
    readonly hostKeyPolicy: 'accept-new' | 'strict'
    readonly knownHostsFile: string
    readonly identityFiles: readonly string[]
    readonly logins: readonly LoginConfig[]
  }
  readonly fence: { readonly holdMs: number; readonly budgetMaxSec: number }
  readonly suspects: {
    readonly networks: readonly string[]
    readonly allowLoopback: boolean
    readonly pidNamespace: 'initial' | 'nested'
    readonly pageCache: 'report' | 'flush' | 'refuse'
    readonly helpers: 'refuse' | 'report'
    readonly sharedFileSystems: readonly string[]
    readonly quarantine: 'optional' | 'required'
    readonly quarantineSec: number
    readonly neverMet: 'accept' | 'refuse'
  }
  /** Hosts with their ports, as `parseHostPort` takes them. */
  readonly doctor: { readonly peers: readonly string[] }
  readonly probe: {
    /** Addresses, with a TCP port or without, as `parseAddressPort` takes them. */
    readonly witnesses: readonly string[]
    readonly silenceSec: number
    readonly routedSilence: 'refuse' | 'accept'
  }
  readonly neighbours: {
    readonly agents: readonly NeighbourConfig[]
    readonly ask: number
    readonly ownPercent: number
  }
  readonly journal: { readonly file: string }
  readonly log: { readonly level: LogLevel }
  readonly host: { readonly uuid: string }
  readonly shutdownGraceSec: number
}

/** How to log in to some of the suspects; what is absent is told in `schema-ssh.ts`. */
export interface LoginConfig {
  readonly hosts: readonly string[]
  readonly user?: string
  readonly identityFiles?: readonly string[]
  readonly passwordFile?: string
  readonly program?: 'sent' | 'installed'
}

/** Another agent; see `schema-neighbours.ts`. */
export interface NeighbourConfig {
  readonly url: string
  readonly domain?: string
  readonly caFile?: string
  readonly certificateFile?: string
  readonly keyFile?: string
  readonly tokenFile?: string
}

/** One thing that is wrong with the configuration. */
export interface ConfigFault {
  /** A JSON path into the file (`/http/listen`); empty for the file as a whole. */
  readonly path: string
  readonly rule: string
  /** Where that was said, where it is known: none of a default. */
  readonly place?: FaultPlace | undefined
}

/** In a file, or in a flag or variable that goes before it. Line and column count from 1. */
export interface FaultPlace {
  readonly file: string
  readonly line?: number
  readonly column?: number
}
