/** What TCP and the probes saw at each address, as one piece of evidence. */
import type {
  AddressSilence,
  EverMet,
  SilenceEvidence,
  SilenceConfig,
  TcpSeen,
} from '../domain/silence-evidence.ts'
import type { Dial, ProbeEvidence } from './ports.ts'

export interface OneLook {
  readonly tookMs: number
  readonly rules: SilenceConfig
  readonly everMet: EverMet
}

/**
 * An address that only one of the two looked at is not silent: its other half counts as not run.
 */
export const combineSilence = (
  dials: readonly Dial[],
  probed: ProbeEvidence,
  { tookMs, rules, everMet }: OneLook,
): SilenceEvidence => ({
  addresses: dials.map((dial) => combineAddress(dial, probed)),
  witnesses: probed.witnesses,
  contactBefore: false,
  lastedMs: tookMs,
  rules,
  everMet,
})

const combineAddress = (dial: Dial, probed: ProbeEvidence): AddressSilence => {
  const { address } = dial
  const seen = probed.addresses.find((one) => one.address === address) ?? {
    address,
    way: 'not-known',
    echo: 'not-run',
    neighbour: 'not-run',
  }
  return { ...seen, tcp: tcpSeen(dial.tcp, seen.neighbour === 'unresolved') }
}

/**
 * EHOSTUNREACH is either our own kernel's word that nobody answered ARP, or an ICMP error that
 * somebody sent. Only a neighbour entry that failed in this fence says that it was the first.
 */
const tcpSeen = (tcp: Dial['tcp'], isUnresolved: boolean): TcpSeen => {
  switch (tcp) {
    case 'silent':
    case 'own-trouble':
    case 'not-run':
      return tcp
    case 'no-neighbour-or-icmp':
      return isUnresolved ? 'no-neighbour' : 'icmp-error'
  }
}
