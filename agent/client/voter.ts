/**
 * Which agent an answer is of: two addresses of one agent are one voter, and prove nothing more
 * than one.
 */
import type { PeerAnswer } from './judge-answer.ts'

export type Voter =
  | { readonly kind: 'told'; readonly agentId: string }
  /** An older agent, whose answers bear no id: its address stands for it. */
  | { readonly kind: 'untold' }
  /** Its id makes no sense: it may be an agent that spoke before. */
  | { readonly kind: 'unknown' }

const shape = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * Read from the claiming answer itself: another agent may have this address by the next request.
 */
export const voterOf = ({ body: { agentId } }: PeerAnswer): Voter => {
  if (agentId === undefined) return { kind: 'untold' }
  return typeof agentId === 'string' && shape.test(agentId)
    ? { kind: 'told', agentId }
    : { kind: 'unknown' }
}
