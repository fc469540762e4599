/** Why a request was turned away at the door. The code is contract, the text is for people. */
export const errorCodes = {
  FENCE_REQUEST_MALFORMED: { status: 400, meaning: 'the request is not valid HTTP' },
  FENCE_BODY_NOT_JSON: { status: 400, meaning: 'the body is empty or is not valid JSON' },
  FENCE_FIELD_MISSING: { status: 400, meaning: 'a required field is absent' },
  FENCE_FIELD_INVALID: { status: 400, meaning: 'a field breaks its rule' },
  FENCE_TOKEN_NEEDED: { status: 401, meaning: 'the listener demands a bearer token that it knows' },
  FENCE_CALLER_NOT_ALLOWED: {
    status: 403,
    meaning: 'the address of the caller is not in allowFrom of the listener',
  },
  FENCE_CERTIFICATE_NOT_ALLOWED: {
    status: 403,
    meaning: 'the client certificate bears none of clientNames of the listener',
  },
  FENCE_NOT_SERVED_HERE: {
    status: 403,
    meaning: 'the listener serves monitoring alone',
  },
  FENCE_CREDENTIALS_NOT_ALLOWED: {
    status: 403,
    meaning: 'the listener takes no passwords and keys of suspects',
  },
  FENCE_PASSED_ON_NOT_TAKEN: {
    status: 403,
    meaning: 'the listener takes no fences that other agents pass on',
  },
  FENCE_TARGET_NOT_ALLOWED: { status: 403, meaning: 'the suspect is not in suspects.networks' },
  FENCE_TARGET_IS_OWN_HOST: { status: 403, meaning: 'the suspect is the host that was asked' },
  FENCE_CALLBACK_NOT_ALLOWED: {
    status: 403,
    meaning: 'the callback url is neither at the address of the caller nor in callbacks.to',
  },
  FENCE_NO_SUCH_PATH: { status: 404, meaning: 'nothing is served at this path' },
  FENCE_METHOD_NOT_ALLOWED: { status: 405, meaning: 'the path is served for another method' },
  FENCE_REQUEST_TIMEOUT: { status: 408, meaning: 'the request did not arrive whole in time' },
  FENCE_TASK_IN_USE: {
    status: 409,
    meaning: 'the task is in flight for another VM or host; use a new one per request',
  },
  FENCE_BODY_TOO_LARGE: { status: 413, meaning: 'the body is longer than 64 KiB' },
  FENCE_CONTENT_TYPE: { status: 415, meaning: 'the body is not application/json' },
  FENCE_CALLER_TOO_OFTEN: {
    status: 429,
    meaning: 'http.requestsPerMinuteMax or http.inFlightPerCallerMax of one caller; try again',
  },
  FENCE_HEADERS_TOO_LARGE: { status: 431, meaning: 'the headers are longer than 32 KiB' },
  FENCE_INTERNAL: { status: 500, meaning: 'a bug, before the request was accepted' },
  FENCE_SUSPECT_BUSY: {
    status: 503,
    meaning: 'http.inFlightPerSuspectMax fences are in flight for this suspect; try again',
  },
  FENCE_BUSY: { status: 503, meaning: 'http.inFlightMax fences are in flight; try again' },
  FENCE_CALLBACKS_FULL: {
    status: 503,
    meaning: 'too many answers wait for their callers to take them; try again',
  },
  FENCE_HISTORY_BUSY: {
    status: 503,
    meaning: 'others read the records at this moment; try again',
  },
  FENCE_SHUTTING_DOWN: { status: 503, meaning: 'the agent is shutting down; ask another peer' },
} as const satisfies Readonly<Record<string, ErrorCodeFacts>>

export interface ErrorCodeFacts {
  readonly status: number
  readonly meaning: string
}

export type ErrorCode = keyof typeof errorCodes
