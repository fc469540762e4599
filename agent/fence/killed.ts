/** What a fence has killed, whatever it proves: a refusal that killed has to say so. Pure. */
import type { Evidence } from '../domain/evidence.ts'
import type { Doubt } from '../domain/verdict.ts'
import type { ContactTrail, Killed } from './contact-trail.ts'

export type { Killed } from './contact-trail.ts'

/** Ends of a contact in which the program may have been at work. */
const atWork: readonly Doubt[] = [
  'contact-lost',
  'report-truncated',
  'report-invalid',
  'report-too-long',
  'program-failed',
  'sudo-refused',
]

/** By us, and by whom we asked to fence in our place. */
export const killedIn = (evidence: Evidence, trail: ContactTrail): Killed => {
  const all = [killedByUs(evidence, trail), ...(trail.neighbours ?? []).map(({ killed }) => killed)]
  if (all.some(({ is }) => is === 'yes')) {
    return { is: 'yes', pids: [...new Set(all.flatMap(({ pids }) => pids))] }
  }
  return { is: all.some(({ is }) => is === 'not-known') ? 'not-known' : 'no', pids: [] }
}

const killedByUs = (evidence: Evidence, { phases, earlier = [] }: ContactTrail): Killed => {
  const sent = evidence.kind === 'report' ? evidence.report.qemus.filter(isSent) : []
  if (sent.length > 0) return { is: 'yes', pids: sent.map(({ pid }) => pid) }
  const isBegun = phases.some(({ phase }) => phase === 'run')
  const mayHave =
    earlier.some(({ because }) => atWork.includes(because)) ||
    (isBegun && evidence.kind !== 'report' && !isNeverBegun(evidence))
  return { is: mayHave ? 'not-known' : 'no', pids: [] }
}

const isSent = ({ kill }: { readonly kill: string }): boolean => kill === 'sent'

const isNeverBegun = (evidence: Evidence): boolean =>
  evidence.kind === 'refusal' && !atWork.includes(evidence.because)
