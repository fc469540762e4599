/**
 * Asks peers for the fence of one VM, in the given order, and says what the caller may do: the side
 * of a management plane, done once. It goes on to the next peer only where one gave no verdict,
 * never after one that refuses: a refusal is a finding about the host, not about the peer.
 */
import { judgeAnswer } from './judge-answer.ts'
import type { Judged, PeerAnswer } from './judge-answer.ts'
import { fencePath } from '../contract/api/paths.ts'
import type { Exchanged } from './exchange.ts'
import { placeOf } from './peer.ts'
import type { Peer } from './peer.ts'
import { postQuestion } from './post-question.ts'
import type { FenceQuestion, PostConfig } from './post-question.ts'
import { voterOf } from './voter.ts'
import type { Voter } from './voter.ts'

export type { FenceQuestion } from './post-question.ts'

export interface AskConfig extends PostConfig {
  /**
   * How many agents, of different failure domains where told, have to call a host unreachable. Two
   * addresses of one agent are one; of agents that tell no id, two addresses are two.
   */
  readonly quorum?: number
  /** Told before a peer is asked, and with what came of it. */
  readonly onAsk?: (peer: Peer) => void
  readonly onOutcome?: (heard: PeerOutcome) => void
  /** Monotonic, in ms; that of the machine. */
  readonly nowMs?: () => number
}

/** What one peer said, or why it said nothing. */
export interface PeerOutcome {
  readonly peer: Peer
  readonly outcome: Judged | Extract<Exchanged, { kind: 'unanswered' }>
  /** Which agent it is; told only of silence, and only where more than one has to claim it. */
  readonly voter?: Voter
}

export type Advised =
  /** Proven dead: start the VM elsewhere. */
  | { readonly kind: 'start'; readonly answer: PeerAnswer; readonly heard: readonly PeerOutcome[] }
  /** Silence: start it elsewhere if you accept that risk. */
  | {
      readonly kind: 'start-at-risk'
      readonly answer: PeerAnswer
      readonly heard: readonly PeerOutcome[]
    }
  /** Do not start it. */
  | { readonly kind: 'refuse'; readonly why: Refusing; readonly heard: readonly PeerOutcome[] }

/** `quorum-missing`: unreachable, but fewer agents said so than have to. */
export type Refusing = 'refused' | 'unclear' | 'turned-away' | 'quorum-missing' | 'nobody-answered'

/** Silence that one peer claims is too old after this to be counted with another's. */
const silenceKeepsMs = 60_000

/** Rejects where there is no peer to ask, one twice, or a quorum that they cannot reach. */
export const askPeers = async (
  question: FenceQuestion,
  peers: readonly Peer[],
  options: AskConfig = {},
): Promise<Advised> => {
  const { quorum = 1, onAsk, onOutcome, nowMs = () => performance.now() } = options
  if (peers.length === 0) throw new TypeError('there is no peer to ask')
  if (!Number.isInteger(quorum) || quorum < 1 || quorum > peers.length) {
    throw new TypeError('the quorum has to be a number from 1 to that of the peers')
  }
  if (new Set(peers.map(placeOf)).size < peers.length) {
    throw new TypeError('every peer has to be another one')
  }
  const heard: PeerOutcome[] = []
  const silent: { readonly peer: Peer; readonly voter: string; readonly atMs: number }[] = []
  for (const peer of peers) {
    // A second voter of one failure domain adds nothing.
    if (peer.domain !== undefined && silent.some((one) => one.peer.domain === peer.domain)) continue
    onAsk?.(peer)
    const outcome = await askPeer(question, peer, options)
    const atMs = nowMs()
    const voter = quorum > 1 && outcome.kind === 'unreachable' ? voterOf(outcome.answer) : undefined
    const one: PeerOutcome = { peer, outcome, ...(voter === undefined ? {} : { voter }) }
    heard.push(one)
    onOutcome?.(one)
    switch (outcome.kind) {
      case 'confirmed-dead':
        return { kind: 'start', answer: outcome.answer, heard }
      case 'refused':
      case 'unclear':
        return { kind: 'refuse', why: outcome.kind, heard }
      case 'turned-away':
        if (!outcome.isOfPeer) return { kind: 'refuse', why: outcome.kind, heard }
        break
      case 'unreachable': {
        // It may be an agent that was counted already.
        if (voter?.kind === 'unknown') break
        const spoken = voter?.kind === 'told' ? voter.agentId : placeOf(peer)
        silent.push({ peer, voter: spoken, atMs })
        const fresh = silent.filter((claim) => atMs - claim.atMs <= silenceKeepsMs)
        if (new Set(fresh.map((claim) => claim.voter)).size >= quorum) {
          return { kind: 'start-at-risk', answer: outcome.answer, heard }
        }
        break
      }
      case 'unanswered':
      case 'no-such-path':
        break
    }
  }
  const hasClaim = heard.some(({ outcome }) => outcome.kind === 'unreachable')
  return { kind: 'refuse', why: hasClaim ? 'quorum-missing' : 'nobody-answered', heard }
}

/** One peer alone. Never rejects, and what it gives is never better than what the peer said. */
export const askPeer = async (
  question: FenceQuestion,
  peer: Peer,
  options: PostConfig = {},
): Promise<PeerOutcome['outcome']> => {
  const exchanged = await postQuestion(fencePath, question, peer, options)
  if (exchanged.kind === 'unanswered') return exchanged
  return judgeAnswer(question, exchanged.status, exchanged.body)
}
