/** Which agent speaks at a peer's address: two addresses of one agent are one voice, and prove nothing more than one. */
import { versionPath } from '../contract/paths.ts'
import { exchange } from './exchange.ts'
import type { PeerCredentials } from './exchange.ts'
import type { Peer } from './peer.ts'

export type Voice =
  | { readonly kind: 'told'; readonly agentId: string }
  /** An older agent, which has no id: its address stands for it. */
  | { readonly kind: 'untold' }
  /** It could not be asked, or gave no sense: it may be an agent that spoke before. */
  | { readonly kind: 'unknown'; readonly because: string }

const limits = { connectMs: 2_000, totalMs: 5_000 }
const shape = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Never rejects. */
export const voiceOf = async (peer: Peer, credentials: PeerCredentials): Promise<Voice> => {
  const exchanged = await exchange(peer, { method: 'GET', path: versionPath }, credentials, limits)
  if (exchanged.kind === 'unanswered') return { kind: 'unknown', because: exchanged.because }
  const { status, body } = exchanged
  if (status === 404) return { kind: 'untold' }
  if (status !== 200) return { kind: 'unknown', because: `status ${status}` }
  const agentId = idIn(body)
  if (agentId === undefined) return { kind: 'untold' }
  return typeof agentId === 'string' && shape.test(agentId)
    ? { kind: 'told', agentId }
    : { kind: 'unknown', because: 'its answer makes no sense' }
}

/** Undefined where an object tells none; null for what is no object. */
const idIn = (body: string): unknown => {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? Reflect.get(value, 'agentId') : null
  } catch {
    // A syntax error: whatever answered is no agent, or was cut off.
    return null
  }
}
