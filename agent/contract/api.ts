/** Every route of the agent: what the server serves, and what the API document is made of. */
import { batchCommandSchema } from './batch-command.ts'
import { callbackRules } from './callback-headers.ts'
import type { DoorCode } from './error-codes.ts'
import { explainQuerySchema } from './explain-query.ts'
import { fenceCommandSchema } from './fence-command.ts'
import {
  batchPath,
  echoPath,
  fencePath,
  healthPath,
  inFlightPath,
  metricsPath,
  openapiPath,
  readyPath,
  recordsPath,
  successorPath,
  versionPath,
} from './paths.ts'
import { recordsQuerySchema } from './records-query.ts'
import {
  answerSchema,
  batchSchema,
  healthSchema,
  inFlightSchema,
  readySchema,
  recordsSchema,
  versionSchema,
} from './reply-schemas.ts'

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
  readonly codes: readonly DoorCode[]
}

/** What is turned away whatever the path. */
export const codesOfEveryRoute: readonly DoorCode[] = [
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

const requestId = {
  'x-request-id':
    '1 to 64 letters, digits, dots, underscores and dashes; echoed and logged, else one is made',
} as const

const fence = {
  method: 'POST',
  query: explainQuerySchema,
  headers: { ...requestId, ...callbackRules },
  body: fenceCommandSchema,
  answer: answerSchema,
  codes: [
    'FENCE_BODY_NOT_JSON',
    'FENCE_FIELD_MISSING',
    'FENCE_FIELD_INVALID',
    'FENCE_CREDENTIALS_NOT_ALLOWED',
    'FENCE_TARGET_NOT_ALLOWED',
    'FENCE_TARGET_IS_OWN_HOST',
    'FENCE_CALLBACK_NOT_ALLOWED',
    'FENCE_TASK_IN_USE',
    'FENCE_BODY_TOO_LARGE',
    'FENCE_CONTENT_TYPE',
    'FENCE_BUSY',
    'FENCE_SUSPECT_BUSY',
    'FENCE_CALLBACKS_FULL',
    'FENCE_SHUTTING_DOWN',
  ],
} as const

export const api: readonly ApiRoute[] = [
  {
    ...fence,
    path: fencePath,
    name: 'fence',
    summary:
      'Make sure that one VM is dead on another host. With the headers taskuuid and callbackurl the response is empty and the answer is posted to callbackurl.',
  },
  {
    ...fence,
    path: successorPath,
    name: 'fenceOnSuspectHost',
    summary: 'The same under the name that later management nodes have for it.',
  },
  {
    ...fence,
    path: batchPath,
    name: 'fenceSeveral',
    summary:
      'The same for several VMs of one host. With Accept: application/x-ndjson each verdict is a line as soon as it is there, and the last line bears end.',
    headers: requestId,
    body: batchCommandSchema,
    answer: batchSchema,
    codes: fence.codes.filter(
      (code) => code !== 'FENCE_CALLBACK_NOT_ALLOWED' && code !== 'FENCE_TASK_IN_USE',
    ),
  },
  {
    path: recordsPath,
    method: 'GET',
    name: 'records',
    summary: 'What was fenced here, out of the journal, a bounded page at a time.',
    query: recordsQuerySchema,
    answer: recordsSchema,
    codes: ['FENCE_FIELD_INVALID', 'FENCE_RECORDS_BUSY'],
  },
  {
    path: inFlightPath,
    method: 'GET',
    name: 'inFlight',
    summary: 'What is in flight and how far it is.',
    answer: inFlightSchema,
    codes: [],
  },
  {
    path: echoPath,
    method: 'POST',
    name: 'echo',
    summary: 'Whether the agent is up, as management nodes ask. What is posted is not read.',
    answer: 'nothing',
    codes: ['FENCE_BODY_TOO_LARGE', 'FENCE_SHUTTING_DOWN'],
  },
  {
    path: healthPath,
    method: 'GET',
    name: 'health',
    isMonitoring: true,
    summary: 'Alive: whether requests are accepted.',
    answer: healthSchema,
    unavailable: healthSchema,
    codes: [],
  },
  {
    path: readyPath,
    method: 'GET',
    name: 'ready',
    isMonitoring: true,
    summary: 'Able: whether a fence would find its keys, its journal and its known hosts.',
    answer: readySchema,
    unavailable: readySchema,
    codes: [],
  },
  {
    path: versionPath,
    method: 'GET',
    name: 'version',
    isMonitoring: true,
    summary: 'What runs here, and what it can do.',
    answer: versionSchema,
    codes: [],
  },
  {
    path: metricsPath,
    method: 'GET',
    name: 'metrics',
    isMonitoring: true,
    summary: 'Counters and histograms in the text format of Prometheus.',
    answer: 'text of Prometheus',
    codes: [],
  },
  {
    path: openapiPath,
    method: 'GET',
    name: 'openapi',
    isMonitoring: true,
    summary: 'This document.',
    answer: { type: 'object' },
    codes: [],
  },
]
