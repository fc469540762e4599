/** What a listener does with the password or key of a suspect in a request. */
import { plainRefusal } from '../contract/door-reply.ts'
import type { FenceRequest } from '../fence/request.ts'
import type { ParsedRequests } from './acceptance.ts'
import type { ListenerRule } from './listener-rule.ts'

/** `ignore` leaves the agent's own credentials; a password has crossed the network all the same. */
export const settleCredentials = (
  parsed: ParsedRequests,
  policy: ListenerRule['requestCredentials'],
): ParsedRequests => {
  if (parsed.kind === 'refused' || policy === 'accept') return parsed
  if (policy === 'ignore') {
    const [first, ...others] = parsed.requests
    return { kind: 'accepted', requests: [without(first), ...others.map(without)] }
  }
  for (const { suspect } of parsed.requests) {
    const { password, privateKey } = suspect
    if (password === undefined && privateKey === undefined) continue
    const field = password === undefined ? 'targetHostPrivateKey' : 'targetHostPassword'
    return { kind: 'refused', refusal: { ...plainRefusal('FENCE_CREDENTIALS_NOT_ALLOWED'), field } }
  }
  return parsed
}

const without = (request: FenceRequest): FenceRequest => {
  const { password: _password, privateKey: _privateKey, ...suspect } = request.suspect
  return { ...request, suspect }
}
