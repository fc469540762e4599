/**
 * The rule: evidence to verdict. Pure and total: no clock, no I/O, no default branch.
 *
 * Two of the three verdicts let HA start the VM elsewhere, so read every branch with one question:
 * which mistake sends us here? Every condition for a proof is asked for by its good value; whatever
 * is not exactly that value falls into a doubt.
 */
import type { Evidence, VmReport } from './evidence.ts'
import { doubtOfReport } from './doubts-of-report.ts'
import type { NeighbourDeath } from './neighbour-evidence.ts'
import { decideSilence } from './decide-silence.ts'
import { confirmedDead, doubt } from './verdict.ts'
import type { Verdict } from './verdict.ts'

export const decide = (evidence: Evidence): Verdict => {
  switch (evidence.kind) {
    case 'report':
      return decideReport(evidence.report)
    case 'silence':
      return decideSilence(evidence.silence)
    case 'passed-on':
      return decidePassedOn(evidence.death)
    case 'refusal':
    case 'own-trouble':
      return doubt(evidence.because)
    case 'out-of-time':
      return doubt('deadline-passed')
  }
}

const decideReport = (report: VmReport): Verdict => {
  const because = doubtOfReport(report)
  if (because !== undefined) return doubt(because)
  // From here on: right host, all processes visible, nothing of the VM alive, nothing in flight.
  if (report.qemus.length === 0) return confirmedDead('already-gone')
  if (report.qemus.some((qemu) => qemu.kill === 'sent' && qemu.end.kind === 'gone')) {
    return confirmedDead('destroyed')
  }
  return confirmedDead(
    report.qemus.some((qemu) => qemu.end.kind === 'zombie') ? 'zombie-only' : 'already-gone',
  )
}

/**
 * The neighbour has judged the report by this same rule; what is asked again is the host. A host
 * that is known by its address alone is no host of ours: what the neighbour reached there nobody
 * here has seen.
 */
const decidePassedOn = ({ host, isUuidSent, because }: NeighbourDeath): Verdict => {
  switch (host) {
    case 'as-named':
    case 'as-bound':
      return isUuidSent ? confirmedDead(because) : doubt('host-not-confirmed')
    case 'by-key':
      return isUuidSent ? doubt('host-not-confirmed') : confirmedDead(because)
    case 'unconfirmed':
    case 'not-shown':
      return doubt('host-not-confirmed')
    case 'contradicted':
      return doubt('wrong-host')
    case 'own-host':
      return doubt('own-host')
  }
}
