/**
 * The rule: evidence to verdict. Pure and total: no clock, no I/O, no default branch.
 *
 * Two of the three verdicts let HA start the VM elsewhere, so read every branch with one question:
 * which mistake sends us here? Every condition for a proof is asked for by its good value; whatever
 * is not exactly that value falls into a doubt.
 */
import type { AddressSilence, Evidence, SilenceEvidence, VmReport } from './evidence.ts'
import { doubtOfReport } from './doubts-of-report.ts'
import { confirmedDead, doubt, unreachable } from './verdict.ts'
import type { Doubt, Verdict } from './verdict.ts'

export const decide = (evidence: Evidence): Verdict => {
  switch (evidence.kind) {
    case 'report':
      return decideReport(evidence.report)
    case 'silence':
      return decideSilence(evidence.silence)
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

const decideSilence = (silence: SilenceEvidence): Verdict => {
  const { addresses, witnesses, contactBefore } = silence
  if (contactBefore) return doubt('contact-lost')
  // "All of none" is true: an empty list must never become silence.
  if (addresses.length === 0) return doubt('silence-not-proven')
  const found = new Set(addresses.map(doubtOfAddress))
  const order: readonly Doubt[] = [
    'suspect-answered',
    'icmp-error',
    'own-network-trouble',
    'silence-not-proven',
  ]
  const because = order.find((one) => found.has(one))
  if (because !== undefined) return doubt(because)
  // The suspect cannot vouch for our network: its own addresses are no witnesses.
  const own = new Set(addresses.map(({ address }) => address))
  const vouched = new Set(
    witnesses
      .filter(({ address, answered }) => answered === 'yes' && !own.has(address))
      .flatMap(({ vouchesFor }) => vouchesFor),
  )
  // One good network says nothing about another: we may be cut off from the one where the suspect lives.
  if (!addresses.every(({ address }) => vouched.has(address))) return doubt('peer-isolated')
  return unreachable('every-address-silent')
}

const doubtOfAddress = ({ tcp, echo, neighbour }: AddressSilence): Doubt | undefined => {
  const seen: readonly string[] = [tcp, echo, neighbour]
  if (seen.includes('answered') || seen.includes('replied')) return 'suspect-answered'
  if (seen.includes('icmp-error')) return 'icmp-error'
  if (seen.includes('own-trouble')) return 'own-network-trouble'
  // `no-neighbour` is our own kernel's word that nobody answered ARP or ND; it is silence
  // only where the neighbour table, asked by another path, says the same.
  const unresolved = neighbour === 'unresolved'
  const tcpSilent = tcp === 'silent' || (tcp === 'no-neighbour' && unresolved)
  const echoSilent = echo === 'silent' || (echo === 'no-neighbour' && unresolved)
  const neighbourSilent = unresolved || neighbour === 'off-link'
  return tcpSilent && echoSilent && neighbourSilent ? undefined : 'silence-not-proven'
}
