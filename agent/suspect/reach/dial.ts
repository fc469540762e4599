/** One TCP connect to one literal address, and what came of it. */
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import type { Dial } from '../../fence/ports.ts'
import type { Clock } from '../../base/time/clock.ts'

/**
 * A kernel sends SYNs at 0, 1 and 3 s. A window that ends before the third has been on its way
 * for half a second is no silence, whatever the caller's budget was.
 */
export const silenceFloorMs = 3500

export type DialOutcome =
  | { readonly kind: 'connected'; readonly socket: Socket; readonly ms: number }
  /** Nothing came back in a window that held at least three SYNs. */
  | { readonly kind: 'silent'; readonly ms: number }
  /** The window or the request ended too early to say anything. */
  | { readonly kind: 'cut-short'; readonly ms: number }
  | { readonly kind: 'refused'; readonly ms: number }
  | { readonly kind: 'reset'; readonly ms: number }
  /**
   * Our own failed ARP or ND, or somebody's ICMP error: the probes can tell them apart, we cannot.
   */
  | { readonly kind: 'host-unreachable'; readonly ms: number }
  /** Our side: no route, no descriptor, not permitted, and every code that we do not know. */
  | { readonly kind: 'own-trouble'; readonly ms: number }

export type DialWithin = { readonly clock: Clock; readonly signal: AbortSignal }

/**
 * Resolves with the outcome within `windowMs`, or at once when the signal aborts; never rejects.
 * Every socket but a connected one is destroyed. The caller owns the connected one; its `error`
 * events are always listened to.
 */
export const dial = (
  address: string,
  port: number,
  windowMs: number,
  { clock, signal }: DialWithin,
): Promise<DialOutcome> =>
  new Promise((resolve) => {
    const startMs = clock.nowMs()
    const passedMs = (): number => clock.nowMs() - startMs
    if (signal.aborted) {
      resolve({ kind: 'cut-short', ms: 0 })
      return
    }
    const socket = tryConnect(address, port)
    if (socket === undefined) {
      resolve({ kind: 'own-trouble', ms: 0 })
      return
    }
    const settled = new AbortController()
    const settle = (outcome: DialOutcome): void => {
      if (settled.signal.aborted) return
      settled.abort()
      if (outcome.kind !== 'connected') socket.destroy()
      resolve(outcome)
    }
    socket.on('connect', () => {
      settle({ kind: 'connected', socket, ms: passedMs() })
    })
    // Stays for the life of the socket: an error event that nobody listens to ends the process.
    socket.on('error', (error) => {
      settle(outcomeOfError(error, passedMs()))
    })
    signal.addEventListener(
      'abort',
      () => {
        settle({ kind: 'cut-short', ms: passedMs() })
      },
      { signal: settled.signal },
    )
    void clock.wait(windowMs, settled.signal).then(() => {
      // Timers run before sockets are read. After a stall of this process an answer may be there
      // already, unread: let one whole turn of the event loop pass before we call it silence.
      setImmediate(() => {
        settle(nothingCame(passedMs()))
      })
    })
  })

const tryConnect = (host: string, port: number): Socket | undefined => {
  try {
    // Without `noDelay` every later exchange waits for delayed ACKs, about 44 ms each.
    return connect({ host, port, noDelay: true })
  } catch {
    // A port outside 0..65535 is thrown, not emitted. Whatever else is thrown is ours as well.
    return undefined
  }
}

const nothingCame = (ms: number): DialOutcome =>
  ms >= silenceFloorMs ? { kind: 'silent', ms } : { kind: 'cut-short', ms }

/** By the closed list only: a code that is not known here says nothing about the suspect. */
export const outcomeOfError = (error: NodeJS.ErrnoException, ms: number): DialOutcome => {
  switch (error.code ?? '') {
    case 'ECONNREFUSED':
      return { kind: 'refused', ms }
    case 'ECONNRESET':
      return { kind: 'reset', ms }
    case 'EHOSTUNREACH':
    case 'EHOSTDOWN':
      return { kind: 'host-unreachable', ms }
    case 'ETIMEDOUT':
      // The kernel gave up by itself: with few SYN retries that is before the third SYN.
      return nothingCame(ms)
    default:
      return { kind: 'own-trouble', ms }
  }
}

/** The word of the port for a dial that did not connect; undefined where the suspect answered. */
export const dialWord = (outcome: DialOutcome): Dial['tcp'] | undefined => {
  switch (outcome.kind) {
    case 'connected':
    case 'refused':
    case 'reset':
      return undefined
    case 'silent':
      return 'silent'
    case 'host-unreachable':
      return 'no-neighbour-or-icmp'
    case 'own-trouble':
      return 'own-trouble'
    case 'cut-short':
      return 'not-run'
  }
}
