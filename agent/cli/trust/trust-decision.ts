/** Which of the offered keys are to be pinned, or why none. Pure. */
import type { KeyStanding } from '../../suspect/host-key/key-standing.ts'

export interface Wish {
  readonly fingerprint: string | undefined
  readonly isBlind: boolean
  readonly mayReplace: boolean
}

export type Decision =
  | { readonly kind: 'nothing-to-do' }
  | { readonly kind: 'refused'; readonly because: string }
  /** Somebody has to say yes to these. */
  | { readonly kind: 'ask'; readonly keys: readonly KeyStanding[] }
  | { readonly kind: 'pin'; readonly keys: readonly KeyStanding[] }

const refused = (because: string): Decision => ({ kind: 'refused', because })

export const decideTrust = (
  standings: readonly KeyStanding[],
  { fingerprint, isBlind, mayReplace }: Wish,
): Decision => {
  if (standings.some(({ is }) => is === 'revoked')) {
    return refused('a key of the host is revoked, and is never trusted')
  }
  const isChanged = standings.some(({ is }) => is === 'changed')
  if (isChanged && !mayReplace) {
    return refused(
      'the host shows another key than the known one; if that is right, give --replace',
    )
  }
  const chosen = standings.filter(
    (one) => fingerprint === undefined || one.fingerprint === fingerprint,
  )
  if (chosen.length === 0) return refused('the host offers no key with this fingerprint')
  if (!isChanged && chosen.every(({ is }) => is === 'known')) return { kind: 'nothing-to-do' }
  return { kind: fingerprint !== undefined || isBlind ? 'pin' : 'ask', keys: chosen }
}
