/**
 * What came of lifting a quarantine, on the wire. It is no answer of a fence: none of the three
 * verdicts is in it, and `success` is false always, so that whoever takes it for one refuses.
 */
import { liftOf } from '../../domain/lift.ts'
import type { Lift } from '../../domain/lift.ts'
import type { LookRecord } from '../../inspect/look.ts'
import { blindnessWords } from '../words/look-words.ts'
import { partsOfReply } from './look-reply.ts'
import type { PartsOfReply } from './look-reply.ts'

export interface UnfenceReply extends PartsOfReply {
  readonly success: false
  readonly error: string
  readonly quarantine: Lift['kind']
  /** Why it cannot be told; empty where it can. */
  readonly reason: string
  readonly summary: string
  readonly nextStep: string
}

const noVerdict = 'a quarantine that is lifted is no verdict: nothing was fenced'

export const unfenceReply = (record: LookRecord, isExplained: boolean): UnfenceReply => {
  const lift = liftOf(record.seen.evidence)
  return {
    success: false,
    error: noVerdict,
    quarantine: lift.kind,
    reason: lift.kind === 'cannot-tell' ? lift.because : '',
    ...wordsOf(lift, record),
    ...partsOfReply(record, isExplained),
  }
}

const wordsOf = (
  lift: Lift,
  { seen }: Pick<LookRecord, 'seen'>,
): Pick<UnfenceReply, 'summary' | 'nextStep'> => {
  switch (lift.kind) {
    case 'lifted':
      return {
        summary: 'The VM is in quarantine on the host no longer.',
        nextStep: 'Start it there only once it is certain that it runs nowhere else.',
      }
    case 'not-set':
      return {
        summary: 'The VM was in no quarantine on the host.',
        nextStep: 'If it does not start there, libvirt of the host says why.',
      }
    case 'cannot-tell':
      return lift.because === 'lift-not-written'
        ? {
            summary:
              'The entries of the VM on the host could not be written: its quarantine goes on.',
            nextStep:
              'On the host, rm /run/peerfence-quarantine/*.entries ends all quarantines at once.',
          }
        : blindnessWords(lift.because, seen)
  }
}
