/** What the use case needs from the world. Adapters and the test world implement the same six. */
import type { Evidence } from '../domain/evidence.ts'
import type { EverMet, SilenceEvidence } from '../domain/silence-evidence.ts'
import type { VmUuid } from '../domain/vm-uuid.ts'
import type { CallerConnection, FenceRequest, SuspectTarget } from './request.ts'
import type { FenceRecord } from './record.ts'
import type { ContactTrail, NeighbourAsked, PhaseTime } from './contact-trail.ts'
import type { NeighbourDeath } from '../domain/neighbour-evidence.ts'

/** How the way to a login on the suspect ended. Adapters answer with values; they do not throw. */
export type Opening =
  | { readonly kind: 'open'; readonly session: SuspectSession; readonly trail: ContactTrail }
  /** The rule can decide on it as it is. */
  | { readonly kind: 'evidence'; readonly evidence: Evidence; readonly trail: ContactTrail }
  /** No address of the suspect answered on TCP: the probes have to tell what that means. */
  | { readonly kind: 'no-contact'; readonly dials: readonly Dial[]; readonly trail: ContactTrail }

/** What TCP at one address did in the connect window. */
export interface Dial {
  readonly address: string
  readonly tcp: 'silent' | 'no-neighbour-or-icmp' | 'own-trouble' | 'not-run'
}

export interface Suspect {
  /** Connects and logs in. Ends by itself before `budgetMs`, or soon after the signal. */
  readonly open: (
    target: SuspectTarget,
    budgetMs: number,
    signal: AbortSignal,
    events: OpeningEvents,
  ) => Promise<Opening>
}

export interface OpeningEvents {
  /** Once the suspect's addresses are known, before the first of them is tried. */
  readonly onAddresses: (addresses: readonly string[]) => void
  /**
   * Called when the suspect accepts a connection, at each login step, and for every packet after
   * that, also long after the opening. A refused attempt may not call it.
   */
  readonly onHeard: (address: string) => void
}

/** A login on the right host, open for a while. */
export interface SuspectSession {
  /**
   * Runs the program once for these VMs, each of them once among them. `onSeen` is called for a VM
   * as soon as its report is whole; what is resolved with is for all others. Ends by itself before
   * the last budget, or soon after the signal; never rejects. Several may run at once.
   */
  readonly fence: (
    batch: readonly BatchVm[],
    signal: AbortSignal,
    onSeen: (vm: VmUuid, seen: VmSeen) => void,
  ) => Promise<BatchOutcome>
  /** Runs the program to another end, which proves nothing about any VM. */
  readonly inspect: (what: ToInspect, budgetMs: number, signal: AbortSignal) => Promise<Inspection>
  /** False once it has ended, or may hang: then nothing more is asked of it. */
  readonly isFit: () => boolean
  /** Resolves when the connection has ended, however. */
  readonly ended: Promise<void>
  readonly close: () => void
}

export interface BatchVm {
  readonly vm: VmUuid
  /**
   * What is left for this VM now, in ms, its report and the way back included; 0 where nobody waits
   * for it.
   */
  readonly leftMs: () => number
}

export interface VmSeen {
  readonly evidence: Evidence
  readonly detail: string
  readonly phases: readonly PhaseTime[]
}

/**
 * To look at a VM without changing anything, to lift its quarantine, or to fence a canary. The
 * canary bears a uuid that is made up for it: a drill kills what bears its uuid.
 */
export type ToInspect =
  { readonly action: 'look' | 'unfence'; readonly vm: VmUuid } | { readonly action: 'drill' }

export interface Inspection extends VmSeen {
  /** Of a look, also of one that lifts a quarantine, where it was told. */
  readonly tools: SuspectTools | undefined
}

/** What a suspect has, as words; `-` is what it did not tell. */
export interface SuspectTools {
  /** Its clock, in s since 1970. */
  readonly epochSec: number
  readonly bash: string
  readonly kernel: string
  readonly pgrep: string
  /** MaxSessions and MaxStartups of its sshd. */
  readonly sshdSessions: string
  readonly sshdStartups: string
}

export interface BatchOutcome extends VmSeen {
  /** Whether anything came from the suspect since the batch was given. */
  readonly wasHeard: boolean
}

export interface Probe {
  /**
   * Looks for any sign of life of the suspect since the fence began, and for our own health. Starts
   * at once, ends before `budgetMs`. The TCP part of the evidence comes from the contact;
   * `silence.ts` puts the two together.
   */
  readonly probe: (
    addresses: readonly string[],
    budgetMs: number,
    signal: AbortSignal,
    occasion: Occasion,
  ) => Promise<ProbeEvidence>
}

/** The fence that a look belongs to. */
export interface Occasion {
  /** When it began, on the clock's scale. */
  readonly sinceMs: number
  /** Who asked for it, a witness of our health. */
  readonly caller?: CallerConnection | undefined
}

export interface ProbeEvidence {
  readonly addresses: readonly Omit<SilenceEvidence['addresses'][number], 'tcp'>[]
  readonly witnesses: SilenceEvidence['witnesses']
}

/**
 * What this peer keeps of a host by its names and addresses; asked only where the host is silent.
 */
export interface Acquaintance {
  /** Never rejects: what cannot be read is `not-known`. */
  readonly contactBefore: (names: readonly string[], port: number) => Promise<EverMet>
}

export interface Journal {
  /** Resolves when the intent is on disk; rejects when it is not, and then nothing may be done. */
  readonly intent: (request: FenceRequest) => Promise<void>
  /** Resolves when the outcome is on disk; rejects when it is not, and then nothing may proceed. */
  readonly outcome: (record: FenceRecord) => Promise<void>
}

/** Other agents that may have a way to the suspect where ours fails. */
export interface Neighbours {
  /** Asks some of them to fence in our place; none where there is no other, or no time. */
  readonly ask: (ask: NeighbourAsk) => readonly NeighbourAsking[]
}

export interface NeighbourAsk {
  readonly request: FenceRequest
  /** In ms since our fence began. */
  readonly askedAfterMs: number
  /** What is left of our own contact, in ms: theirs has to end before. */
  readonly leftMs: () => number
  /** Aborts as soon as our fence ends, however: then theirs is called off. */
  readonly signal: AbortSignal
}

export interface NeighbourAsking {
  /** What is known as long as there is no answer. */
  readonly soFar: () => NeighbourAsked
  /** Resolves before what is left is over, or soon after the signal; never rejects. */
  readonly answer: Promise<NeighbourSaid>
}

export interface NeighbourSaid {
  readonly asked: NeighbourAsked
  /** Present exactly where a death is to be believed. */
  readonly death?: NeighbourDeath
}
