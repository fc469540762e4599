/** Fences of the past, as a journal tells them: for people and for audits, never for a decision. */
import type { VmUuid } from '../domain/vm-uuid.ts'
import type { Verdict } from '../domain/verdict.ts'

export interface FenceHistoryEntry {
  readonly action: 'fence' | 'unfence'
  readonly fenceId: string
  readonly requestId: string
  readonly askedBy: string
  readonly vm: VmUuid
  readonly suspect: { readonly addresses: readonly string[]; readonly hostUuid: string }
  /** ISO 8601; empty where the record does not tell. */
  readonly askedAt: string
  /** When the outcome was written; empty where there is none. */
  readonly endedAt: string
  /** Undefined where there is no outcome: still in flight, or cut off and not closed yet. */
  readonly verdict: Verdict | undefined
  readonly durationMs: number | undefined
  /** How the last contact ended. */
  readonly detail: string
  /** What became of the VM's quarantine; empty where the record does not tell. */
  readonly quarantine: string
}

export interface HistoryQuery {
  readonly vm?: VmUuid
  /** An address or the uuid of the suspect. */
  readonly host?: string
  readonly askedBy?: string
  readonly kind?: Verdict['kind']
  /** Fences alone, and no quarantine that was lifted. */
  readonly action?: 'fence'
  /** ISO 8601: nothing that ended before. */
  readonly since?: string
  readonly limit: number
  /** Where the page before this one ended; undefined begins with the newest. */
  readonly before?: number
}

export interface HistoryPage {
  /** The newest first. */
  readonly fences: readonly FenceHistoryEntry[]
  /** Where the next page begins; undefined where there is nothing more. */
  readonly next: number | undefined
  /** Lines that were no records, as a crash or a disk may leave them. */
  readonly garbled: number
}

export type ReadHistory = (query: HistoryQuery) => Promise<HistoryPage>
