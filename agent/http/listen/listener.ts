/**
 * One listener as a server of Node's own: its limits, its TLS, and who is greeted at which door.
 */
import { constants } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Server as TlsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { TlsOptions } from 'node:tls'
import type { FastifyBaseLogger } from 'fastify'
import type { Connection } from './connections.ts'
import { rejectExpectation, rejectSocket } from '../admit/reject.ts'
import type { OnRejected } from '../admit/reject.ts'
import type { TlsMaterial } from '../admit/listener-files.ts'
import type { ListenerPolicies } from '../admit/listener-of.ts'
import { openAnswersMax, serverOptions, tlsHandshakeTimeoutMs } from '../limits.ts'

export type ListenerServer = Server | TlsServer

export interface ListenerDeps {
  readonly policies: ListenerPolicies
  readonly log: FastifyBaseLogger
  readonly onRejected: OnRejected
  readonly limit: (connection: Connection, isStranger: boolean) => void
  readonly handle: RequestListener
}

/** Not yet listening. `name` is that of the door, which has to stand already. */
export const createListener = (
  name: string,
  tls: TlsMaterial | undefined,
  { policies, log, onRejected, limit, handle }: ListenerDeps,
): ListenerServer => {
  const server =
    tls === undefined
      ? createServer(serverOptions)
      : createTlsServer({
          ...serverOptions,
          ...tlsOptions(tls),
          handshakeTimeout: tlsHandshakeTimeoutMs,
        })
  server.on('connection', (socket: Socket) => {
    limit(socket, policies.current(name)?.knows(socket.remoteAddress) !== true)
  })
  const greeted = new WeakSet<Socket>()
  const greet = (socket: Socket): void => {
    greeted.add(socket)
    policies.greet(socket, name)
  }
  if (tls === undefined) server.on('connection', greet)
  else greetUnderSameAuthorities(server, () => policies.current(name)?.files.tls?.ca, greet)
  server.on('request', withoutFlood(handle))
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    rejectExpectation({ log, onRejected }, request, response)
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (greeted.has(socket)) {
      rejectSocket({ log, onRejected }, error, socket)
      return
    }
    // No handshake, so there is no way to say anything, and nobody else ends it.
    const caller = socket.remoteAddress ?? ''
    log.warn({ code: error.code, listener: name, caller }, 'TLS handshake failed')
    socket.destroy()
  })
  return server
}

/**
 * No session is taken up again: what a handshake asked for, every connection is asked for, also
 * after the authorities have changed.
 */
export const tlsOptions = ({ cert, key, ca }: TlsMaterial): TlsOptions => ({
  cert,
  key,
  ...(ca === undefined ? {} : { ca }),
  requestCert: ca !== undefined,
  rejectUnauthorized: ca !== undefined,
  minVersion: 'TLSv1.2',
  secureOptions: constants.SSL_OP_NO_TICKET,
})

/**
 * A handshake is judged by the authorities at its beginning: one that began under others than those
 * of now ends, or who was kept out by a reload would come in by having been slow.
 */
const greetUnderSameAuthorities = (
  server: ListenerServer,
  authorities: () => string | undefined,
  greet: (socket: Socket) => void,
): void => {
  const atArrival = new Map<string, string | undefined>()
  const endOf = ({ remoteAddress, remotePort }: Socket): string =>
    `${String(remoteAddress)} ${String(remotePort)}`
  server.on('connection', (socket: Socket) => {
    const end = endOf(socket)
    atArrival.set(end, authorities())
    socket.once('close', () => atArrival.delete(end))
  })
  server.on('secureConnection', (socket: Socket) => {
    const end = endOf(socket)
    const isSame = atArrival.has(end) && atArrival.get(end) === authorities()
    if (isSame) greet(socket)
    /* c8 ignore next -- a last flight that is held back over a reload */
    if (!isSame) socket.destroy()
  })
}

/** Requests that are sent ahead on one connection are begun at once; beyond a few it is cut. */
const withoutFlood = (handle: RequestListener): RequestListener => {
  const openAnswers = new WeakMap<Socket, number>()
  const count = (socket: Socket, change: number): number => {
    const now = (openAnswers.get(socket) ?? 0) + change
    openAnswers.set(socket, now)
    return now
  }
  return (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request
    if (count(socket, 1) > openAnswersMax) {
      socket.destroy()
      return
    }
    response.once('close', () => count(socket, -1))
    handle(request, response)
  }
}
