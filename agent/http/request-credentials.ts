/** What a listener does with the password or key of a suspect in a request. */
import { plainRefusal } from '../contract/door-reply.ts'
import type { ParsedCommand } from '../contract/fence-command.ts'
import type { ListenerRule } from './listener-rule.ts'

/** `ignore` leaves the agent's own credentials; a password has crossed the network all the same. */
export const settleCredentials = (
  parsed: ParsedCommand,
  policy: ListenerRule['requestCredentials'],
): ParsedCommand => {
  if (parsed.kind === 'refused' || policy === 'accept') return parsed
  const { password, privateKey, ...suspect } = parsed.request.suspect
  if (password === undefined && privateKey === undefined) return parsed
  if (policy === 'ignore') return { kind: 'accepted', request: { ...parsed.request, suspect } }
  const field = password === undefined ? 'targetHostPrivateKey' : 'targetHostPassword'
  return { kind: 'refused', refusal: { ...plainRefusal('FENCE_CREDENTIALS_NOT_ALLOWED'), field } }
}
