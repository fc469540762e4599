/** Every route of the agent: what the server serves, and what the API document is made of. */
import type { ApiRoute } from './api-route.ts'
import { batchCommandSchema } from '../request/batch-command.ts'
import { callbackRules } from '../request/callback-headers.ts'
import type { ErrorCode } from '../reply/error-codes.ts'
import { lastDrillSchema } from '../reply/drill-schema.ts'
import { explainQuerySchema } from '../request/explain-query.ts'
import { fenceCommandSchema } from '../request/fence-command.ts'
import { monitoringApi } from './monitoring-api.ts'
import {
  batchPath,
  doctorPath,
  echoPath,
  fencePath,
  inFlightPath,
  lookPath,
  historyPath,
  successorPath,
  unfencePath,
} from './paths.ts'
import { lookSchema, unfenceSchema } from '../reply/look-schemas.ts'
import { historyQuerySchema } from '../request/history-query.ts'
import { answerSchema, batchSchema, inFlightSchema, historySchema } from '../reply/reply-schemas.ts'

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
    'FENCE_PASSED_ON_NOT_TAKEN',
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

/** Where the answer is never posted to anybody. */
const codesOfLater: readonly ErrorCode[] = [
  'FENCE_CALLBACK_NOT_ALLOWED',
  'FENCE_TASK_IN_USE',
  'FENCE_CALLBACKS_FULL',
]

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
    path: lookPath,
    method: 'POST',
    name: 'look',
    summary:
      'What runs of one VM on another host: a look, which kills nothing and proves nothing. Bears no verdict.',
    query: explainQuerySchema,
    headers: requestId,
    body: fenceCommandSchema,
    answer: lookSchema,
    codes: fence.codes.filter((code) => !codesOfLater.includes(code)),
  },
  {
    path: unfencePath,
    method: 'POST',
    name: 'unfence',
    summary:
      'Lift the quarantine of one VM on another host, so that it may start there again. Bears no verdict, and is for whoever knows that the VM runs nowhere else.',
    query: explainQuerySchema,
    headers: requestId,
    body: fenceCommandSchema,
    answer: unfenceSchema,
    codes: fence.codes.filter((code) => !codesOfLater.includes(code)),
  },
  {
    path: historyPath,
    method: 'GET',
    name: 'history',
    summary: 'What was fenced here, out of the journal, a bounded page at a time.',
    query: historyQuerySchema,
    answer: historySchema,
    codes: ['FENCE_FIELD_INVALID', 'FENCE_HISTORY_BUSY'],
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
    path: doctorPath,
    method: 'GET',
    name: 'doctor',
    summary:
      'What the last drill of all hosts of doctor.peers found, and its age. No drill is begun.',
    answer: lastDrillSchema,
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
  ...monitoringApi,
]
