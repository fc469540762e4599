/** When two requests mean the same login on the same suspect. */
import type { Secret } from '../base/text/secret.ts'
import type { SuspectTarget } from './request.ts'

/** How the agent logs in follows from these alone, and from a configuration that is read once. */
export const isSameSuspect = (one: SuspectTarget, other: SuspectTarget): boolean =>
  suspectKey(one) === suspectKey(other) &&
  isSameSecret(one.password, other.password) &&
  isSameSecret(one.privateKey, other.privateKey)

/** The login without its secrets, as one text. */
export const suspectKey = ({ addresses, port, user, hostUuid }: SuspectTarget): string =>
  JSON.stringify([addresses, port, user, hostUuid])

const isSameSecret = (one: Secret | undefined, other: Secret | undefined): boolean =>
  one === undefined ? other === undefined : one.equals(other)
