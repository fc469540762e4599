/** Which host key a host offers: by a key exchange, and no login. */
import type { Clock } from '../../base/time/clock.ts'
import { dial } from '../reach/dial.ts'
import type { DialOutcome } from '../reach/dial.ts'
import { algorithmsByType } from '../host-key/host-key.ts'
import type { HostKeyGate } from '../host-key/host-key.ts'
import { fingerprint, keyType } from '../host-key/known-hosts.ts'
import type { SessionEnd } from '../session-end.ts'
import { openSession } from './open-session.ts'
import { deadlineIn, windowIn } from '../../base/time/deadline.ts'
import type { Within } from '../../base/time/deadline.ts'

/** How long one address may take, in ms, whatever it does. */
export const offerBudgetMs = 20_000

/** How long a connection may stay unanswered, in ms. */
const connectWindowMs = 4500

export type Offer =
  /** The key that was asked for, with those that came before it; or all that it has. */
  | { readonly kind: 'offered'; readonly keys: readonly Buffer[] }
  | { readonly kind: 'not-reached'; readonly how: Exclude<DialOutcome['kind'], 'connected'> }
  /** It answered and did not come to an end: what it offers is not known as a whole. */
  | { readonly kind: 'broken'; readonly end: SessionEnd }

export interface AskedKeys {
  /** Types of keys that are known of the host: it is asked for these first, as a fence would. */
  readonly knownTypes: readonly string[]
  /** The key that has to come; where there is none, the first that comes is enough. */
  readonly fingerprint: string | undefined
}

/**
 * Never rejects; ends within `offerBudgetMs`. Each key has proven itself by a signature. One
 * connection, where the key that is asked for comes on it: an sshd with PerSourcePenalties counts
 * whoever connects and does not log in.
 */
export const readOfferedKeys = async (
  address: string,
  port: number,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  { knownTypes, fingerprint: wanted }: AskedKeys,
): Promise<Offer> => {
  const within: Within = { clock, signal, deadline: deadlineIn(offerBudgetMs, clock) }
  const keys: Buffer[] = []
  let types = Object.keys(algorithmsByType).toSorted(
    (one, other) => Number(knownTypes.includes(other)) - Number(knownTypes.includes(one)),
  )
  while (types.length > 0) {
    const dialled = await dial(address, port, windowIn(connectWindowMs, within), within)
    if (dialled.kind !== 'connected') return { kind: 'not-reached', how: dialled.kind }
    const { gate, proven } = gateOfTypes(types)
    const plan = { user: 'root', credentials: noCredentials, hostKeys: gate }
    const opened = await openSession(dialled.socket, plan, within, () => undefined)
    const key = proven()
    if (key === undefined) {
      // Where it has shown all that it has, it ends in the negotiation; so does what is no sshd, at
      // once.
      if (keys.length > 0 && endOf(opened) === 'handshake-failed') break
      return { kind: 'broken', end: endOf(opened) }
    }
    keys.push(key)
    if (wanted === undefined || fingerprint(key) === wanted) break
    types = types.filter((type) => type !== keyType(key))
  }
  return { kind: 'offered', keys }
}

const noCredentials = { keys: [], password: undefined }

/** Asks for these types, and stops the session when a key has proven itself, before any login. */
export const gateOfTypes = (
  types: readonly string[],
): { readonly gate: HostKeyGate; readonly proven: () => Buffer | undefined } => {
  let proven: Buffer | undefined
  const gate: HostKeyGate = {
    algorithms: types.flatMap((type) => algorithmsByType[type] ?? []),
    refusalOf: (key) => (types.includes(keyType(key) ?? '') ? undefined : 'handshake-failed'),
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
