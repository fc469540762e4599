/**
 * The headers by which a caller asks for its answer later, and those that the answer then bears.
 */
import type { CallbackAsk } from '../../fence/request.ts'
import { parseCallbackUrl } from './callback-url.ts'
import type { CallbackDestination } from './callback-url.ts'
import type { Rejection } from '../reply/rejection.ts'

/** The rule of each header in words. A refusal quotes the rule, never the value. */
export const callbackRules = {
  taskuuid: '1 to 64 letters, digits, underscores and dashes',
  callbackurl:
    'an http or https url of at most 512 characters whose host is a literal address, not a name; no user, no fragment',
} as const

type HeaderName = keyof typeof callbackRules

export type AskedAnswer =
  /** Neither header: the answer is the response. */
  | { readonly kind: 'now' }
  | {
      readonly kind: 'later'
      readonly ask: CallbackAsk
      readonly destination: CallbackDestination
    }
  | { readonly kind: 'refused'; readonly refusal: Rejection }

const wellFormed = /^[A-Za-z0-9_-]{1,64}$/

const refused = (field: HeaderName, isMissing: boolean): AskedAnswer => ({
  kind: 'refused',
  refusal: {
    code: isMissing ? 'FENCE_FIELD_MISSING' : 'FENCE_FIELD_INVALID',
    field,
    rule: `${isMissing ? 'required beside the other header' : 'has to be'}: ${callbackRules[field]}`,
  },
})

/**
 * A caller with one of the two expects something that it would not get: it is turned away, and not
 * answered in another way than it waits for. A header that was sent twice breaks the rule of one.
 */
export const parseCallbackHeaders = (
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): AskedAnswer => {
  const { taskuuid: task, callbackurl: url } = headers
  if (task === undefined && url === undefined) return { kind: 'now' }
  if (task === undefined) return refused('taskuuid', true)
  if (url === undefined) return refused('callbackurl', true)
  if (typeof task !== 'string' || !wellFormed.test(task)) return refused('taskuuid', false)
  const destination = typeof url === 'string' ? parseCallbackUrl(url) : undefined
  if (typeof url !== 'string' || destination === undefined) return refused('callbackurl', false)
  return { kind: 'later', ask: { task, url }, destination }
}

/**
 * The answer about a list of VMs, and whatever bears no verdict, is the response: who waits for it
 * elsewhere is turned away.
 */
export const takesNoCallback = (
  headers: Readonly<Record<string, unknown>>,
  of: keyof typeof responseRules,
): Rejection | undefined => {
  const field = (['taskuuid', 'callbackurl'] as const).find((name) => headers[name] !== undefined)
  return field && { code: 'FENCE_FIELD_INVALID', field, rule: responseRules[of] }
}

const responseRules = {
  batch: 'not for a list of VMs: their verdicts are the response',
  look: 'not for a look: what it saw is the response',
  unfence: 'not for lifting a quarantine: what came of it is the response',
} as const

/** The body is ASCII, so that its characters are its bytes. */
export const answerHeaders = (
  task: string,
  host: string,
  body: string,
): Readonly<Record<string, string>> => ({
  host,
  taskuuid: task,
  'content-type': 'application/json; charset=utf-8',
  'content-length': String(body.length),
  connection: 'close',
})
