/** Which host keys a host offers: one key exchange per type, and no login. */
import type { Clock } from '../../base/time/clock.ts'
import { dial } from '../reach/dial.ts'
import type { DialOutcome } from '../reach/dial.ts'
import { algorithmsByType } from '../host-key/host-key.ts'
import type { HostKeyGate } from '../host-key/host-key.ts'
import { keyType } from '../host-key/known-hosts.ts'
import type { SessionEnd } from '../session-end.ts'
import { openSession } from './open-session.ts'
import { deadlineIn, windowIn } from '../../base/time/deadline.ts'
import type { Within } from '../../base/time/deadline.ts'

/** How long one address may take, in ms, whatever it does. */
export const offerBudgetMs = 20_000

/** How long a connection may stay unanswered, in ms. */
const connectWindowMs = 4500

export type Offer =
  /** Every type that was asked for came, or is not offered. At least one came. */
  | { readonly kind: 'offered'; readonly keys: readonly Buffer[] }
  | { readonly kind: 'not-reached'; readonly how: Exclude<DialOutcome['kind'], 'connected'> }
  /** It answered and did not come to an end: what it offers is not known as a whole. */
  | { readonly kind: 'broken'; readonly end: SessionEnd }

/** Never rejects; ends within `offerBudgetMs`. Each key has proven itself by a signature. */
export const readOfferedKeys = async (
  address: string,
  port: number,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<Offer> => {
  const within: Within = { clock, signal, deadline: deadlineIn(offerBudgetMs, clock) }
  const keys: Buffer[] = []
  for (const [type, algorithms] of Object.entries(algorithmsByType)) {
    const dialled = await dial(address, port, windowIn(connectWindowMs, within), within)
    if (dialled.kind !== 'connected') return { kind: 'not-reached', how: dialled.kind }
    const { gate, proven } = gateOfType(type, algorithms)
    const plan = { user: 'root', credentials: noCredentials, hostKeys: gate }
    const opened = await openSession(dialled.socket, plan, within, () => undefined)
    const key = proven()
    if (key !== undefined) keys.push(key)
    // A type that it does not have ends in the negotiation; so does what is no sshd, for every type.
    else if (endOf(opened) !== 'handshake-failed') return { kind: 'broken', end: endOf(opened) }
  }
  return keys.length === 0 ? { kind: 'broken', end: 'handshake-failed' } : { kind: 'offered', keys }
}

const noCredentials = { keys: [], password: undefined }

/** Asks for one type, and stops the session when the key has proven itself, before any login. */
export const gateOfType = (
  type: string,
  algorithms: HostKeyGate['algorithms'],
): { readonly gate: HostKeyGate; readonly proven: () => Buffer | undefined } => {
  let proven: Buffer | undefined
  const gate: HostKeyGate = {
    algorithms,
    refusalOf: (key) => (keyType(key) === type ? undefined : 'handshake-failed'),
    admit: async (key) => {
      proven = key
      return await Promise.resolve('aborted')
    },
  }
  return { gate, proven: () => proven }
}

const endOf = (opened: Awaited<ReturnType<typeof openSession>>): SessionEnd =>
  /* c8 ignore next -- a session without any credential never opens */
  opened.kind === 'ended' ? opened.end : 'login-unasked'
