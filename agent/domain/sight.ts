/**
 * What a look saw of one VM. A look holds nothing, kills nothing and waits for nothing, so that it
 * proves no death: there is no word here for one, and none for a silence that lets HA proceed. Pure
 * and total, as `decide`.
 */
import { decide } from './decide.ts'
import type { Evidence, HostIs, VmReport } from './evidence.ts'
import type { Doubt } from './verdict.ts'

export type Sight =
  /** `pids`: the leaders of its thread groups, as the suspect numbers them. */
  | { readonly kind: 'runs'; readonly pids: readonly number[] }
  /**
   * At that moment, with every process in view. It may have writes in flight, and may come back.
   */
  | { readonly kind: 'not-seen' }
  | { readonly kind: 'cannot-tell'; readonly because: Blindness }

/** Why a look could not tell: a doubt of a fence, or one that a look alone has. */
export type Blindness = Doubt | LookDoubt

export const lookDoubts = [
  'host-silent', // no address answers: what runs there nobody can see
  'libvirt-says-running', // no process is seen, and libvirt contradicts
] as const
export type LookDoubt = (typeof lookDoubts)[number]

export const sightOf = (evidence: Evidence): Sight => {
  const pids = evidence.kind === 'report' ? livingPids(evidence.report) : []
  if (pids.length > 0) return { kind: 'runs', pids }
  const verdict = decide(ofAnyLength(evidence))
  switch (verdict.kind) {
    case 'still-alive':
      break
    case 'unreachable':
      return cannotTell('host-silent')
    // The report of a look bears a hold that was cut: whoever says another thing made it up.
    case 'confirmed-dead':
      return cannotTell('report-invalid')
  }
  // The doubt of the rule that comes last but for what a look does not look at.
  if (verdict.because !== 'hold-not-kept' || evidence.kind !== 'report') {
    return cannotTell(verdict.because)
  }
  return evidence.report.virsh === 'running'
    ? cannotTell('libvirt-says-running')
    : { kind: 'not-seen' }
}

/** A look waits for nothing: a silence that is too short to proceed on is silence all the same. */
const ofAnyLength = (evidence: Evidence): Evidence =>
  evidence.kind === 'silence'
    ? {
        kind: 'silence',
        silence: { ...evidence.silence, lastedMs: evidence.silence.rules.needsMs },
      }
    : evidence

/**
 * On a host that is not the right one the program looks at nothing, and nothing that it says is
 * about the VM.
 */
const livingPids = (report: VmReport): readonly number[] =>
  isOfStranger(report)
    ? []
    : report.qemus.filter(({ end }) => end.kind === 'living').map(({ pid }) => pid)

/** Whether the host that reports is not the one that was asked for: it did nothing then. */
export const isOfStranger = ({ host }: VmReport): boolean => strangers.includes(host.is)

const strangers: readonly HostIs[] = ['not-shown', 'contradicted', 'own-host']

const cannotTell = (because: Blindness): Sight => ({ kind: 'cannot-tell', because })
