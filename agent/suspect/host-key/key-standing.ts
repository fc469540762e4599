/** What the known hosts say of the keys that a host offers. Pure. */
import { entriesOf, fingerprint, isByPerson, judgeKey, keyType } from './known-hosts.ts'
import type { KeyWord, KnownHost, KnownHosts } from './known-hosts.ts'

export interface KeyStanding {
  readonly type: string
  readonly key: Buffer
  readonly fingerprint: string
  /** `met`: known, but by a first contact alone. */
  readonly is: KeyWord | 'met'
  /** What is known in its place, where it changed. */
  readonly instead: readonly KnownHost[]
}

/**
 * `hosts` are all names of the one host. A type that is not known yet is new where another key of
 * the host proves who it is, and changed where none does: that is how a fence judges it.
 */
export const standingsOf = (
  known: KnownHosts,
  hosts: readonly string[],
  keys: readonly Buffer[],
): readonly KeyStanding[] => {
  const before = hosts.map((host) => entriesOf(known, host))
  const judged = keys.map((key) => ({ key, word: judgeKey(before, key) }))
  const isProven = judged.some(({ word }) => word === 'known')
  return judged.map(({ key, word }) => {
    const type = keyType(key) ?? ''
    const others = before.flat().filter((one) => !one.isRevoked && !one.key.equals(key))
    const sameType = others.filter((one) => one.type === type)
    const isFurther = word === 'changed' && isProven && sameType.length === 0
    const isMet = word === 'known' && !isByPerson(before.flat(), key)
    const is = isMet ? 'met' : isFurther ? 'new' : word
    return {
      type,
      key,
      fingerprint: fingerprint(key),
      is,
      instead: is === 'changed' ? (sameType.length > 0 ? sameType : others) : [],
    }
  })
}
