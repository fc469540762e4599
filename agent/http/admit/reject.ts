/** How a request is turned away: one form for every way of being wrong. */
import type { Socket } from 'node:net'
import { STATUS_CODES } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { rejectionReply, plainRejection } from '../../contract/reply/rejection.ts'
import type { Rejection } from '../../contract/reply/rejection.ts'
import { errorCodes } from '../../contract/reply/error-codes.ts'
import type { ErrorCode } from '../../contract/reply/error-codes.ts'
import { refusalOfFault } from '../../contract/request/field-rules.ts'
import { asciiJson } from '../../base/text/ascii-json.ts'

export const jsonType = 'application/json; charset=utf-8'

/**
 * Seconds after which a caller may come back to a full or closing agent, where nothing else is
 * known.
 */
const retryAfterSec = 5

const isAboutCaller: ReadonlySet<ErrorCode> = new Set([
  'FENCE_TOKEN_NEEDED',
  'FENCE_CALLER_NOT_ALLOWED',
  'FENCE_CERTIFICATE_NOT_ALLOWED',
])

/** With which code each request was turned away that was. */
const codes = new WeakMap<FastifyReply, ErrorCode>()
export const codeOf = (reply: FastifyReply): ErrorCode | undefined => codes.get(reply)

/** Told for each request that was turned away. Must not throw. */
export type OnRejected = (code: ErrorCode) => void

/** Sends the refusal and writes one log line about it, without any value of the request. */
export const reject = (
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: Rejection,
  waitSec = retryAfterSec,
): FastifyReply => {
  const { status } = errorCodes[refusal.code]
  const { code, field, rule } = refusal
  codes.set(reply, code)
  const caller = request.raw.socket.remoteAddress ?? ''
  request.log.warn({ code, field, rule, status, caller }, 'request turned away')
  if (status === 503 || status === 429) void reply.header('retry-after', String(waitSec))
  if (status === 401) void reply.header('www-authenticate', 'Bearer')
  // Who may not ask keeps no connection.
  if (isAboutCaller.has(code)) void reply.header('connection', 'close')
  return reply
    .code(status)
    .type(jsonType)
    .send(asciiJson(rejectionReply(refusal)))
}

const codesOfFastify: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'FENCE_BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'FENCE_CONTENT_TYPE',
  FST_ERR_CTP_INVALID_JSON_BODY: 'FENCE_BODY_NOT_JSON',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'FENCE_BODY_NOT_JSON',
}

/**
 * An error before the request was accepted, as a refusal. The message of a caller's error is never
 * used, not even for the log: a JSON parser quotes the text around a fault, which may be a
 * password.
 */
export const refusalOfError = (error: FastifyError): Rejection => {
  if (error.validation !== undefined) return refusalOfFault(error.validation[0])
  const code = Object.hasOwn(codesOfFastify, error.code) ? codesOfFastify[error.code] : undefined
  if (code !== undefined) return plainRejection(code)
  const status = error.statusCode ?? 500
  return plainRejection(
    status >= 400 && status < 500 ? 'FENCE_REQUEST_MALFORMED' : 'FENCE_INTERNAL',
  )
}

const codesOfClientError: Readonly<Record<string, ErrorCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'FENCE_REQUEST_TIMEOUT',
  HPE_HEADER_OVERFLOW: 'FENCE_HEADERS_TOO_LARGE',
}

export interface Rejecting {
  readonly log: FastifyBaseLogger
  readonly onRejected: OnRejected
}

/** Answers what was no HTTP request at all, straight on the socket, and closes it. */
export const rejectSocket = (
  { log, onRejected }: Rejecting,
  error: NodeJS.ErrnoException,
  socket: Socket,
): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) return
  const code = codesOfClientError[error.code ?? ''] ?? 'FENCE_REQUEST_MALFORMED'
  const { status, body } = plainAnswer(log, code, socket)
  onRejected(code)
  const head = [
    `HTTP/1.1 ${status} ${String(STATUS_CODES[status])}`,
    `content-type: ${jsonType}`,
    `content-length: ${body.length}`,
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}

/**
 * Answers an `Expect` that nobody meets, which never reaches the framework; Node's answer has no
 * body.
 */
export const rejectExpectation = (
  { log, onRejected }: Rejecting,
  { socket }: IncomingMessage,
  response: ServerResponse,
): void => {
  const { status, body } = plainAnswer(log, 'FENCE_REQUEST_MALFORMED', socket)
  onRejected('FENCE_REQUEST_MALFORMED')
  const headers = { 'content-type': jsonType, 'content-length': body.length, connection: 'close' }
  response.writeHead(status, headers).end(body)
}

const plainAnswer = (
  log: FastifyBaseLogger,
  code: ErrorCode,
  { remoteAddress }: Socket,
): { readonly status: number; readonly body: string } => {
  const { status } = errorCodes[code]
  log.warn({ code, status, caller: remoteAddress ?? '' }, 'request turned away')
  return { status, body: asciiJson(rejectionReply(plainRejection(code))) }
}
