/**
 * What came of lifting the quarantine of one VM, out of the report of the program that did it. It
 * says nothing of any death. Pure and total, as `decide`.
 */
import type { Evidence } from './evidence.ts'
import { isOfStranger, sightOf } from './sight.ts'
import type { Blindness } from './sight.ts'

export type Lift =
  | { readonly kind: 'lifted' }
  /** Nothing of it was in quarantine there. */
  | { readonly kind: 'not-set' }
  /** Whether it is in quarantine there still is not known. */
  | { readonly kind: 'cannot-tell'; readonly because: Blindness | LiftDoubt }

/** What is written down of it: that it is to be done, and what came of that. */
export type LiftState = 'asked' | Lift['kind']

export const liftDoubts = [
  'lift-not-written', // the host keeps the entries where they could not be written
] as const
export type LiftDoubt = (typeof liftDoubts)[number]

export const liftOf = (evidence: Evidence): Lift => {
  const isItsHost = evidence.kind === 'report' && !isOfStranger(evidence.report)
  switch (isItsHost ? evidence.report.quarantine.state : undefined) {
    case 'lifted':
      return { kind: 'lifted' }
    case 'not-set':
      return { kind: 'not-set' }
    case 'not-writable':
      return cannotTell('lift-not-written')
    case undefined:
    case 'set':
    case 'proven':
    case 'taken-back':
    case 'no-hook':
    case 'hook-not-active':
      return cannotTell(whyNot(evidence))
  }
}

/** Whoever says another thing of a quarantine than a program that lifts it made it up. */
const whyNot = (evidence: Evidence): Blindness => {
  const sight = sightOf(evidence)
  const isBlind =
    sight.kind === 'cannot-tell' && (evidence.kind !== 'report' || isOfStranger(evidence.report))
  return isBlind ? sight.because : 'report-invalid'
}

const cannotTell = (because: Blindness | LiftDoubt): Lift => ({ kind: 'cannot-tell', because })
