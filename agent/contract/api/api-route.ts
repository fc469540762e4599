/** What a route of the agent is, and what every one of them turns away. */
import type { ErrorCode } from '../reply/error-codes.ts'

export interface ApiRoute {
  readonly path: string
  /** A GET answers HEAD, too. */
  readonly method: 'GET' | 'POST'
  readonly name: string
  /** Served by listeners for monitoring, too: it tells of the agent, and does nothing. */
  readonly isMonitoring?: true
  readonly summary: string
  readonly query?: { readonly properties: Readonly<Record<string, object>> }
  /** Optional headers with their rules. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: object
  /** Of status 200; a text says what comes instead of JSON. */
  readonly answer: object | string
  /** Of status 503, where that is no refusal of the door. */
  readonly unavailable?: object
  /** What this route turns away besides what every route does. */
  readonly codes: readonly ErrorCode[]
}

/** What is turned away whatever the path. */
export const codesOfEveryRoute: readonly ErrorCode[] = [
  'FENCE_REQUEST_MALFORMED',
  'FENCE_TOKEN_NEEDED',
  'FENCE_CALLER_NOT_ALLOWED',
  'FENCE_CERTIFICATE_NOT_ALLOWED',
  'FENCE_NOT_SERVED_HERE',
  'FENCE_NO_SUCH_PATH',
  'FENCE_METHOD_NOT_ALLOWED',
  'FENCE_REQUEST_TIMEOUT',
  'FENCE_CALLER_TOO_OFTEN',
  'FENCE_HEADERS_TOO_LARGE',
  'FENCE_INTERNAL',
]
