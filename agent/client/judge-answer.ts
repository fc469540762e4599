/**
 * What a response means to the caller who asked for a fence: the caller's side of the contract,
 * done once. Imports nothing, so that management planes can take it as it is. Every doubt refuses:
 * two of the results let a VM start elsewhere, and both ask for every word by its one good value.
 */

/** What was asked, in the form in which an answer repeats it. */
export interface Asked {
  /** In any form; compared as 32 hexadecimal digits in lower case. */
  readonly vmUuid: string
  readonly targetHostIp: string
}

export interface Said {
  readonly reason: string
  readonly summary: string
  /** Empty where there is none. */
  readonly nextStep: string
  readonly explanation: readonly string[]
  readonly durationMs: number
  /** The whole body. */
  readonly body: Body
}

/** An answer that bears a verdict, as it was read. */
export interface PeerAnswer extends Said {
  /** The name of the one true verdict. */
  readonly verdict: string
  readonly fenceId: string
}

export type Judged =
  /** Proven on the host: the VM may start elsewhere. */
  | { readonly kind: 'confirmed-dead'; readonly answer: PeerAnswer }
  /** Silence, and this peer's network is good: the VM may start elsewhere at the caller's risk. */
  | { readonly kind: 'unreachable'; readonly answer: PeerAnswer }
  /** A verdict that refuses. Nobody else is to be asked for a better one. */
  | { readonly kind: 'refused'; readonly answer: PeerAnswer }
  /** Turned away at the door: nothing was done to any host. */
  | {
      readonly kind: 'turned-away'
      readonly status: number
      readonly code: string
      readonly error: string
      /**
       * The cause is this peer alone (busy, stopping, itself the host): another one may be asked.
       */
      readonly isOfPeer: boolean
    }
  /** An agent that does not know the path: too old, or something else altogether. */
  | { readonly kind: 'no-such-path' }
  /** A response that is none of these. It refuses, as a verdict that refuses does. */
  | { readonly kind: 'unclear'; readonly because: string }

const names = ['qemuConfirmedDead', 'targetHostUnreachable', 'qemuStillAlive'] as const

/** Codes of a door that another peer may well open. */
const codesOfPeer: readonly string[] = [
  'FENCE_TARGET_IS_OWN_HOST',
  'FENCE_REQUEST_TIMEOUT',
  'FENCE_CALLER_TOO_OFTEN',
  'FENCE_BUSY',
  'FENCE_SUSPECT_BUSY',
  'FENCE_SHUTTING_DOWN',
  'FENCE_INTERNAL',
]

/** Never throws, whatever the text. */
export const judgeAnswer = (asked: Asked, status: number, text: string): Judged => {
  if (status === 404) return { kind: 'no-such-path' }
  const body = parseBody(text)
  if (body === undefined) return unclear(`status ${status} and a body that is no JSON object`)
  if (status !== 200) return rejected(status, body)
  const [name, ...more] = names.filter((one) => body[one] === true)
  const areOthersFalse = names.every((one) => one === name || body[one] === false)
  if (name === undefined || more.length > 0 || !areOthersFalse) {
    return unclear('not exactly one of the three verdicts is true')
  }
  const answer = answerOf(name, body)
  if (name === 'qemuStillAlive') return { kind: 'refused', answer }
  const because = doubtOf(asked, name, body)
  if (because !== undefined) return unclear(because)
  return { kind: name === 'qemuConfirmedDead' ? 'confirmed-dead' : 'unreachable', answer }
}

/** Why a body with a true verdict that lets HA proceed may not be believed. */
const doubtOf = (asked: Asked, name: string, body: Body): string | undefined => {
  if (body['success'] !== true) return 'success is not true beside the verdict'
  if (body['verdict'] !== name) return 'verdict does not name the one that is true'
  return aboutAnother(asked, body)
}

/** Undefined where it is about the VM and the host that were asked about. */
export const aboutAnother = (asked: Asked, body: Body): string | undefined => {
  if (body['vmUuid'] !== asked.vmUuid.replaceAll('-', '').toLowerCase()) {
    return 'the answer is about another VM'
  }
  return body['targetHostIp'] === asked.targetHostIp.toLowerCase()
    ? undefined
    : 'the answer is about another host'
}

type Body = Readonly<Record<string, unknown>>

const unclear = (because: string): Judged => ({ kind: 'unclear', because })

const rejected = (status: number, body: Body): Judged => {
  const code = textOf(body['code'])
  if (status < 400 || !code.startsWith('FENCE_')) return unclear(`status ${status}`)
  const isOfPeer = codesOfPeer.includes(code)
  return { kind: 'turned-away', status, code, error: textOf(body['error']), isOfPeer }
}

const answerOf = (verdict: string, body: Body): PeerAnswer => ({
  ...saidIn(body),
  verdict,
  fenceId: textOf(body['fenceId']),
})

/** What a person reads in an answer or in the reply to a look. */
export const saidIn = (body: Body): Said => {
  const { explanation, durationMs } = body
  return {
    reason: textOf(body['reason']),
    summary: textOf(body['summary']),
    nextStep: textOf(body['nextStep']),
    explanation: Array.isArray(explanation) ? explanation.map(textOf) : [],
    durationMs: typeof durationMs === 'number' ? durationMs : 0,
    body,
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

export const parseBody = (text: string): Body | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? { ...value } : undefined
  } catch {
    // A syntax error: whatever answered is no agent, or was cut off.
    return undefined
  }
}
