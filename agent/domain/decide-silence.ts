/** The rule for silence: pure and total, as `decide`, and read with the same question. */
import type { AddressSilence, SilenceEvidence } from './silence-evidence.ts'
import { doubt, unreachable } from './verdict.ts'
import type { Doubt, Verdict } from './verdict.ts'

export const decideSilence = (silence: SilenceEvidence): Verdict => {
  const { addresses, contactBefore, heardBy } = silence
  if (contactBefore) return doubt('contact-lost')
  if (heardBy !== undefined) return doubt('heard-by-neighbour')
  // "All of none" is true: an empty list must never become silence.
  if (addresses.length === 0) return doubt('silence-not-proven')
  const found = new Set(addresses.map(doubtOfAddress))
  const order: readonly Doubt[] = [
    'suspect-answered',
    'icmp-error',
    'own-network-trouble',
    'own-filter',
    'silence-not-proven',
  ]
  const because =
    order.find((one) => found.has(one)) ??
    doubtOfWitnesses(silence) ??
    doubtOfAcquaintance(silence) ??
    doubtOfLength(silence)
  return because === undefined ? unreachable('every-address-silent') : doubt(because)
}

const doubtOfAddress = (seenThere: AddressSilence): Doubt | undefined => {
  const { tcp, echo, neighbour, ownFilter } = seenThere
  const seen: readonly string[] = [tcp, echo, neighbour]
  if (seen.includes('answered') || seen.includes('replied')) return 'suspect-answered'
  if (seen.includes('icmp-error')) return 'icmp-error'
  if (seen.includes('own-trouble')) return 'own-network-trouble'
  if (ownFilter !== undefined) return 'own-filter'
  // `no-neighbour` is our own kernel's word that nobody answered ARP or ND; it is silence
  // only where the neighbour table, asked by another path, says the same.
  const unresolved = neighbour === 'unresolved'
  const tcpSilent = tcp === 'silent' || (tcp === 'no-neighbour' && unresolved)
  const echoSilent = echo === 'silent' || (echo === 'no-neighbour' && unresolved)
  return tcpSilent && echoSilent && isNeighbourSilent(seenThere) ? undefined : 'silence-not-proven'
}

const isNeighbourSilent = ({ way, neighbour }: AddressSilence): boolean => {
  switch (way) {
    case 'arp':
    case 'nd':
      return neighbour === 'unresolved'
    case 'routed':
      return neighbour === 'off-link'
    case 'not-known':
      return false
  }
}

/**
 * A witness proves exactly the layer and the way on which it answered. ARP passes no IP firewall,
 * so that on a link of ours its silence is the host's; a witness has answered both ARP and IP
 * there. Everywhere else a firewall, a ban of this peer, or a full table on the way is as silent:
 * that counts by the operator's word alone, and only beside a neighbour of the suspect that
 * answered by both means. Each address is judged by its own way: an interface that is dead by ARP
 * says nothing of another one of the same host.
 */
const doubtOfWitnesses = ({ addresses, witnesses, rules }: SilenceEvidence): Doubt | undefined => {
  // The suspect cannot vouch for our network: its own addresses are no witnesses.
  const own = new Set(addresses.map(({ address }) => address))
  const answered = witnesses.filter((one) => one.answered === 'yes' && !own.has(one.address))
  // One good network says nothing about another: we may be cut off from the one where the suspect
  // lives.
  const isVouchedFor = ({ address, way }: AddressSilence): boolean =>
    answered.some(
      ({ vouchesFor, neighbour }) =>
        vouchesFor.includes(address) && (way !== 'arp' || neighbour === 'answered'),
    )
  if (!addresses.every(isVouchedFor)) return 'peer-isolated'
  const isBelievable = ({ address, way }: AddressSilence): boolean =>
    way === 'arp' ||
    (rules.routed === 'accept' &&
      answered.some(
        ({ vouchesFor, besides, by, port }) =>
          vouchesFor.includes(address) &&
          besides.includes(address) &&
          by === 'echo' &&
          port === 'answered',
      ))
  return addresses.every(isBelievable) ? undefined : 'routed-silence'
}

const doubtOfAcquaintance = ({ everMet, rules }: SilenceEvidence): Doubt | undefined => {
  if (rules.neverMet === 'accept') return undefined
  switch (everMet.by) {
    case 'login':
    case 'drill':
    case 'pinned-key':
      return undefined
    case 'never':
    case 'not-known':
      return 'never-met'
  }
}

const doubtOfLength = ({ lastedMs, rules }: SilenceEvidence): Doubt | undefined =>
  lastedMs >= rules.needsMs ? undefined : 'silence-too-short'
