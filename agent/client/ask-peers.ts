/**
 * Asks peers for the fence of one VM, in the given order, and says what the caller may do: the side
 * of a management plane, done once. It goes on to the next peer only where one gave no verdict, never
 * after one that refuses: a refusal is a finding about the host, not about the peer.
 */
import { judgeAnswer } from '../contract/judged-answer.ts'
import type { Judged, PeerAnswer } from '../contract/judged-answer.ts'
import { fencePath } from '../contract/paths.ts'
import type { Exchanged } from './exchange.ts'
import { placeOf } from './peer.ts'
import type { Peer } from './peer.ts'
import { postQuestion } from './post-question.ts'
import type { FenceQuestion, PostOptions } from './post-question.ts'
import { voiceOf } from './voice.ts'
import type { Voice } from './voice.ts'

export type { FenceQuestion } from './post-question.ts'

export interface AskOptions extends PostOptions {
  /**
   * How many agents, of different failure domains where told, have to call a host unreachable. Two addresses of
   * one agent are one; of agents that tell no id, two addresses are two.
   */
  readonly quorum?: number
  /** Told before a peer is asked, and with what came of it. */
  readonly onAsk?: (peer: Peer) => void
  readonly onHeard?: (heard: Heard) => void
  /** Monotonic, in ms; that of the machine. */
  readonly nowMs?: () => number
}

/** What one peer said, or why it said nothing. */
export interface Heard {
  readonly peer: Peer
  readonly said: Judged | Extract<Exchanged, { kind: 'unanswered' }>
  /** Which agent it is; told only of silence, and only where more than one has to claim it. */
  readonly voice?: Voice
}

export type Advised =
  /** Proven dead: start the VM elsewhere. */
  | { readonly kind: 'start'; readonly answer: PeerAnswer; readonly heard: readonly Heard[] }
  /** Silence: start it elsewhere if you accept that risk. */
  | {
      readonly kind: 'start-at-risk'
      readonly answer: PeerAnswer
      readonly heard: readonly Heard[]
    }
  /** Do not start it. */
  | { readonly kind: 'refuse'; readonly why: Refusing; readonly heard: readonly Heard[] }

/** `quorum-missing`: unreachable, but fewer agents said so than have to. */
export type Refusing = 'refused' | 'unclear' | 'turned-away' | 'quorum-missing' | 'nobody-answered'

/** Silence that one peer claims is too old after this to be counted with another's. */
const silenceKeepsMs = 60_000

/** Rejects where there is no peer to ask, one twice, or a quorum that they cannot reach. */
export const askPeers = async (
  question: FenceQuestion,
  peers: readonly Peer[],
  options: AskOptions = {},
): Promise<Advised> => {
  const { quorum = 1, onAsk, onHeard, nowMs = () => performance.now() } = options
  if (peers.length === 0) throw new TypeError('there is no peer to ask')
  if (!Number.isInteger(quorum) || quorum < 1 || quorum > peers.length) {
    throw new TypeError('the quorum has to be a number from 1 to that of the peers')
  }
  if (new Set(peers.map(placeOf)).size < peers.length) {
    throw new TypeError('every peer has to be another one')
  }
  const heard: Heard[] = []
  const silent: { readonly peer: Peer; readonly voice: string; readonly atMs: number }[] = []
  for (const peer of peers) {
    // A second voice of one failure domain adds nothing.
    if (peer.domain !== undefined && silent.some((one) => one.peer.domain === peer.domain)) continue
    onAsk?.(peer)
    const said = await askPeer(question, peer, options)
    const atMs = nowMs()
    const voice = quorum > 1 && said.kind === 'unreachable' ? voiceOf(said.answer) : undefined
    const one: Heard = { peer, said, ...(voice === undefined ? {} : { voice }) }
    heard.push(one)
    onHeard?.(one)
    switch (said.kind) {
      case 'confirmed-dead':
        return { kind: 'start', answer: said.answer, heard }
      case 'refused':
      case 'unclear':
        return { kind: 'refuse', why: said.kind, heard }
      case 'turned-away':
        if (!said.isOfPeer) return { kind: 'refuse', why: said.kind, heard }
        break
      case 'unreachable': {
        // It may be an agent that was counted already.
        if (voice?.kind === 'unknown') break
        const spoken = voice?.kind === 'told' ? voice.agentId : placeOf(peer)
        silent.push({ peer, voice: spoken, atMs })
        const fresh = silent.filter((claim) => atMs - claim.atMs <= silenceKeepsMs)
        if (new Set(fresh.map((claim) => claim.voice)).size >= quorum) {
          return { kind: 'start-at-risk', answer: said.answer, heard }
        }
        break
      }
      case 'unanswered':
      case 'no-such-path':
        break
    }
  }
  const hasClaim = heard.some(({ said }) => said.kind === 'unreachable')
  return { kind: 'refuse', why: hasClaim ? 'quorum-missing' : 'nobody-answered', heard }
}

/** One peer alone. Never rejects, and what it gives is never better than what the peer said. */
export const askPeer = async (
  question: FenceQuestion,
  peer: Peer,
  options: PostOptions = {},
): Promise<Heard['said']> => {
  const exchanged = await postQuestion(fencePath, question, peer, options)
  if (exchanged.kind === 'unanswered') return exchanged
  return judgeAnswer(question, exchanged.status, exchanged.body)
}
