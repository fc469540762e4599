/** What a listener does with the password or key of a suspect in a request. */
import { plainRejection } from '../../contract/reply/rejection.ts'
import type { FenceRequest } from '../../fence/request.ts'
import type { ParsedRequests } from './parsed-requests.ts'
import type { ListenerRule } from '../admit/listener-rule.ts'

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
    return {
      kind: 'refused',
      refusal: { ...plainRejection('FENCE_CREDENTIALS_NOT_ALLOWED'), field },
    }
  }
  return parsed
}

const without = (request: FenceRequest): FenceRequest => {
  const { password: _password, privateKey: _privateKey, ...suspect } = request.suspect
  return { ...request, suspect }
}
