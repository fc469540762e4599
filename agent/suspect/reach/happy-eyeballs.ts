/** All addresses of one suspect at nearly the same time: the first connection wins. */
import type { Socket } from 'node:net'
import type { Dial } from '../../fence/ports.ts'
import { dial, dialWord } from './dial.ts'
import type { DialOutcome, DialWithin } from './dial.ts'

/** The head start of the first address, in ms; it ends early when the first dial fails. */
export const staggerMs = 250

export type RaceOutcome =
  | { readonly kind: 'connected'; readonly address: string; readonly socket: Socket }
  /** No connection, but a kernel with one of the suspect's addresses sent a RST. */
  | {
      readonly kind: 'answered'
      readonly address: string
      readonly because: 'connection-refused' | 'connection-reset'
    }
  | { readonly kind: 'no-contact'; readonly dials: readonly Dial[] }

/** Ends within `staggerMs` plus `windowMs`, or soon after the signal; never rejects. */
export const race = async (
  addresses: readonly string[],
  port: number,
  windowMs: number,
  { clock, signal }: DialWithin,
): Promise<RaceOutcome> => {
  const won = new AbortController()
  const firstEnded = new AbortController()
  const stop = AbortSignal.any([signal, won.signal])
  const mayStart = AbortSignal.any([stop, firstEnded.signal])
  const winners: { readonly address: string; readonly socket: Socket }[] = []

  const run = async (address: string, index: number): Promise<DialOutcome> => {
    if (index > 0) await clock.wait(staggerMs, mayStart)
    const outcome = await dial(address, port, windowMs, { clock, signal: stop })
    if (index === 0) firstEnded.abort()
    if (outcome.kind === 'connected') {
      winners.push({ address, socket: outcome.socket })
      won.abort()
    }
    return outcome
  }

  const outcomes = await Promise.all(addresses.map(run))
  const [winner, ...tooLate] = winners
  /* c8 ignore next -- the first winner's abort reaches the other dials before their next event */
  for (const { socket } of tooLate) socket.destroy()
  if (winner !== undefined) return { kind: 'connected', ...winner }
  return withoutConnection(addresses, outcomes)
}

/** Any answer outweighs every silence. */
export const withoutConnection = (
  addresses: readonly string[],
  outcomes: readonly DialOutcome[],
): RaceOutcome => {
  const ended = addresses.map((address, index) => ({ address, outcome: outcomes[index] }))
  const refused = ended.find(({ outcome }) => outcome?.kind === 'refused')
  if (refused !== undefined) {
    return { kind: 'answered', address: refused.address, because: 'connection-refused' }
  }
  const reset = ended.find(({ outcome }) => outcome?.kind === 'reset')
  if (reset !== undefined) {
    return { kind: 'answered', address: reset.address, because: 'connection-reset' }
  }
  const dials = ended.map(({ address, outcome }) => ({
    address,
    tcp: (outcome && dialWord(outcome)) ?? ('not-run' as const),
  }))
  return { kind: 'no-contact', dials }
}
