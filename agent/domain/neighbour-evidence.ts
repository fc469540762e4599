/** What another agent proved in our place, as data. Closed, as `evidence.ts`. */
import type { HostIs } from './host-evidence.ts'
import type { DeathProof } from './verdict.ts'

/**
 * A death that a neighbour proved on the suspect, asked by us in this very fence. Only a whole
 * answer that bears our own id, about this VM on this host, from another agent that knows how to
 * take a fence that is passed on, becomes one; everything less is words.
 */
export interface NeighbourDeath {
  readonly agentId: string
  readonly fenceId: string
  readonly because: DeathProof
  /** What the neighbour concluded of the machine that it logged in to. */
  readonly host: HostIs
  /** Whether the request named the host by its uuid: then its key alone proves nothing. */
  readonly isUuidSent: boolean
  /** When we asked, in ms since our fence began: the proof is as old as that. */
  readonly askedAfterMs: number
  /** Its evidence as its answer has it, in plain words and bounded; for people alone. */
  readonly theirs: object
}
