/**
 * One request to one peer and its whole response; no redirect, no proxy, no second use of the
 * connection.
 */
import { request as httpRequest } from 'node:http'
import type { RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Peer } from './peer.ts'

/** How to be known to a peer, and how to know it. All in PEM. */
export interface PeerCredentials {
  readonly token?: string
  /** Authorities for the certificates of peers; else those of the system. */
  readonly ca?: string
  readonly certificate?: string
  readonly key?: string
}

export interface ExchangeLimits {
  /** Until the connection stands, in ms. */
  readonly connectMs: number
  /** Until the response is whole, in ms. */
  readonly totalMs: number
  /** Gives the request up when it aborts. */
  readonly signal?: AbortSignal
}

export interface PeerRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Gets the body of a response with status 200 as it comes; what is exchanged has none then. */
  readonly onChunk?: (chunk: Buffer) => void
}

export type Exchanged =
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  /** No whole response came; why, in words. Whether the peer did anything is not known. */
  | { readonly kind: 'unanswered'; readonly because: string }

/** An answer with all its evidence and its explanation is some 20 KiB. */
const bodyBytesMax = 1024 * 1024
/** One that is told as it comes has 500 of them. */
const streamBytesMax = 16 * bodyBytesMax

/** Never rejects. */
export const exchange = async (
  { at }: Peer,
  { method, path, headers = {}, body = '', onChunk }: PeerRequest,
  credentials: PeerCredentials,
  limits: ExchangeLimits,
): Promise<Exchanged> =>
  await new Promise<Exchanged>((resolve) => {
    const bytes = Buffer.from(body)
    const options: RequestOptions = {
      method,
      path,
      headers: {
        ...headers,
        host: at.kind === 'unix' ? 'localhost' : hostOf(at),
        connection: 'close',
        ...(method === 'POST'
          ? { 'content-type': 'application/json', 'content-length': String(bytes.length) }
          : {}),
        ...(credentials.token === undefined
          ? {}
          : { authorization: `Bearer ${credentials.token}` }),
      },
      // A connection of our own: nothing that an agent may be configured to do gets between.
      agent: false,
      ...(at.kind === 'unix' ? { socketPath: at.path } : { host: at.host, port: at.port }),
    }
    const isTls = at.kind === 'tcp' && at.isTls
    const { ca, certificate, key } = credentials
    const tls = {
      ...(ca === undefined ? {} : { ca }),
      ...(certificate === undefined ? {} : { cert: certificate }),
      ...(key === undefined ? {} : { key }),
    }
    const request = isTls ? httpsRequest({ ...options, ...tls }) : httpRequest(options)
    let because = 'the connection was closed without a whole response'
    let isGivenUp = false
    const giveUp = (words: string): void => {
      because = words
      isGivenUp = true
      request.destroy()
    }
    const watch = watchLimits(limits, giveUp)
    request.on('socket', (socket) => {
      socket.once(isTls ? 'secureConnect' : 'connect', () => {
        watch.connected()
      })
    })
    let whole: Exchanged | undefined
    request.on('response', (response) => {
      const chunks: Buffer[] = []
      let size = 0
      const isTold = onChunk !== undefined && response.statusCode === 200
      response.on('data', (chunk: Buffer) => {
        if (isTold) onChunk(chunk)
        else chunks.push(chunk)
        size += chunk.length
        if (size > (isTold ? streamBytesMax : bodyBytesMax)) giveUp('the response is too long')
      })
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        /* c8 ignore next -- a response that was parsed has a status */
        whole = { kind: 'answered', status: response.statusCode ?? 0, body: text }
      })
      // One that is cut off never ends, and is told by its close.
      response.on('error', () => undefined)
    })
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (!isGivenUp) because = wordsOf(error)
    })
    request.on('close', () => {
      watch.over()
      resolve(whole ?? { kind: 'unanswered', because })
    })
    request.end(bytes)
  })

/** Gives up at the first limit that is reached, until it is over. */
const watchLimits = (
  { connectMs, totalMs, signal }: ExchangeLimits,
  giveUp: (words: string) => void,
) => {
  const total = setTimeout(() => {
    giveUp(`no whole response within ${totalMs} ms`)
  }, totalMs)
  const connecting = setTimeout(() => {
    giveUp(`no connection within ${connectMs} ms`)
  }, connectMs)
  const callOff = (): void => {
    giveUp('it was called off')
  }
  signal?.addEventListener('abort', callOff)
  if (signal?.aborted === true) callOff()
  return {
    connected: (): void => {
      clearTimeout(connecting)
    },
    over: (): void => {
      clearTimeout(total)
      clearTimeout(connecting)
      signal?.removeEventListener('abort', callOff)
    },
  }
}

const hostOf = ({ host, port }: { readonly host: string; readonly port: number }): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`

export const wordsOfCode = {
  ECONNREFUSED: 'nothing listens there (connection refused)',
  ECONNRESET: 'the connection was reset',
  ENOENT: 'there is no such socket',
  EACCES: 'the socket is not for this user',
  ENOTFOUND: 'the name does not resolve',
  EAI_AGAIN: 'the name does not resolve',
  EHOSTUNREACH: 'no route to it',
  ENETUNREACH: 'no route to it',
  EPROTO: 'no TLS is spoken there',
  HPE_INVALID_CONSTANT: 'no HTTP is spoken there',
} as const

const wordsOf = ({ code, message }: NodeJS.ErrnoException): string =>
  Object.entries(wordsOfCode).find(([one]) => one === code)?.[1] ?? message
