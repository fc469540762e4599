/**
 * Once anything of the suspect answered, its later silence proves nothing: it was alive a moment
 * ago.
 */
import type { Evidence } from '../domain/evidence.ts'
import type {
  AddressSilence,
  EchoSeen,
  NeighbourSeen,
  TcpSeen,
} from '../domain/silence-evidence.ts'

/**
 * False only for a look whose every address is known to have given no sign of life. An ICMP error
 * may be the suspect's own, and a look that was cut short, or that ended in a fault of ours, may
 * have had contact before that: they count as contact.
 */
export const mayHaveHadContact = (evidence: Evidence): boolean =>
  evidence.kind !== 'silence' ||
  evidence.silence.contactBefore ||
  !evidence.silence.addresses.every(isWithoutLife)

export const isWithoutLife = ({ tcp, echo, neighbour }: AddressSilence): boolean =>
  showsNoLife.has(tcp) &&
  showsNoLife.has(echo) &&
  (showsNoLife.has(neighbour) || neighbour === 'off-link')

/** Probe results that show no sign of life. */
const showsNoLife: ReadonlySet<TcpSeen | EchoSeen | NeighbourSeen> = new Set([
  'silent',
  'no-neighbour',
  'unresolved',
  'own-trouble',
  'not-run',
])

/** What a later look saw, as the same fence has to read it. */
export const afterContact = (evidence: Evidence, hadContact: boolean): Evidence =>
  evidence.kind === 'silence' && hadContact
    ? { kind: 'silence', silence: { ...evidence.silence, contactBefore: true } }
    : evidence
