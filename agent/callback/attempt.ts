/**
 * One POST of one answer to one literal address: no name, no redirect, no proxy, no second use of
 * the connection.
 */
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { connect as tlsConnect } from 'node:tls'
import { answerHeaders } from '../contract/request/callback-headers.ts'
import type { CallbackDestination } from '../contract/request/callback-url.ts'

export type AttemptOutcome =
  | { readonly kind: 'answered'; readonly status: number }
  /** No status came; the code of the fault is for the log. */
  | { readonly kind: 'unanswered'; readonly code: string }

export type Attempt = (
  destination: CallbackDestination,
  task: string,
  body: string,
  signal: AbortSignal,
) => Promise<AttemptOutcome>

/** What is read of a reply: nothing in it matters, and whoever says more is not listened to. */
const replyBytesMax = 16 * 1024

/** Ends when the reply has, or soon after the signal. Never rejects. */
export const attempt: Attempt = async (destination, task, body, signal) =>
  await new Promise<AttemptOutcome>((resolve) => {
    const { isTls, address, port, host, path } = destination
    const raw = connect({ host: address, port })
    let outcome: AttemptOutcome = { kind: 'unanswered', code: 'CLOSED' }
    const request = httpRequest({
      method: 'POST',
      path,
      headers: answerHeaders(task, host, body),
      // A connection of our own needs no agent, and so nothing that an agent may be configured to
      // do.
      createConnection: () => (isTls ? tlsConnect({ socket: raw, host: address }) : raw),
    })
    const cut = (): void => {
      dropUnsent(raw)
      request.destroy()
    }
    request.on('response', (response) => {
      /* c8 ignore next -- a response that was parsed has a status */
      outcome = { kind: 'answered', status: response.statusCode ?? 0 }
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > replyBytesMax) cut()
      })
      response.on('error', () => undefined)
    })
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (outcome.kind === 'unanswered') {
        outcome = { kind: 'unanswered', code: signal.aborted ? 'LATE' : String(error.code) }
      }
    })
    request.on('close', () => {
      signal.removeEventListener('abort', cut)
      raw.destroy()
      resolve(outcome)
    })
    if (signal.aborted) cut()
    else signal.addEventListener('abort', cut, { once: true })
    request.end(body)
  })

/**
 * A socket that is merely closed goes on delivering what it holds, for minutes on a bad network,
 * and a proof would arrive long after it stopped to hold. A reset discards it.
 */
const dropUnsent = (raw: Socket): void => {
  // While it connects, nothing has left yet; and Node would wait for the connection before its
  // reset.
  if (raw.connecting) raw.destroy()
  else raw.resetAndDestroy()
}
