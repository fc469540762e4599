/** What can be observed of a suspect that stays silent, as data. Closed, as `evidence.ts`. */

/** What was probed when SSH stayed silent. */
export interface SilenceEvidence {
  readonly addresses: readonly AddressSilence[]
  readonly witnesses: readonly WitnessSeen[]
  /** True once anything of the suspect answered in this fence. */
  readonly contactBefore: boolean
  /**
   * How long it lasted: from the first look on, through others that were silent, to the end of the
   * last.
   */
  readonly lastedMs: number
  readonly rules: SilenceConfig
  readonly everMet: EverMet
  /**
   * Ids of other agents that had contact with the suspect, asked in this fence: a veto. Absent
   * where none was asked or none had.
   */
  readonly heardBy?: readonly string[]
}

/** What the operator asks of a silence before it counts. */
export interface SilenceConfig {
  readonly needsMs: number
  /** Whether silence counts where no ARP was asked: through a router, or over IPv6. */
  readonly routed: 'refuse' | 'accept'
  readonly neverMet: 'accept' | 'refuse'
}

/**
 * How this peer came to know the suspect, and when it last did. `at` is empty where that is not
 * kept.
 */
export type EverMet =
  | { readonly by: 'login' | 'drill' | 'pinned-key'; readonly at: string }
  | { readonly by: 'never' }
  | { readonly by: 'not-known' }

export interface AddressSilence {
  readonly address: string
  /**
   * How a packet gets there. `arp`: IPv4 on a link of ours, where no IP firewall stops the question
   * who has the address. `nd`: IPv6 on a link of ours; neighbour discovery passes IP firewalls.
   * `routed`: through a router.
   */
  readonly way: 'arp' | 'nd' | 'routed' | 'not-known'
  readonly tcp: TcpSeen
  readonly echo: EchoSeen
  readonly neighbour: NeighbourSeen
  /**
   * For people: the kernel knew the address from before the fence. `removed`: taken away, to have
   * it asked for anew. `kept`: that was not permitted, so the kernel was waited for. Absent where
   * there was nothing to do.
   */
  readonly oldEntry?: 'removed' | 'kept'
  /**
   * What of our own keeps packets from or to it, as far as that was seen. It only ever adds a
   * doubt.
   */
  readonly ownFilter?: 'names-it' | 'table-full'
}

/** `silent`: no SYN-ACK, no RST, no ICMP error in a window that held at least three SYNs. */
export type TcpSeen =
  'silent' | 'answered' | 'no-neighbour' | 'icmp-error' | 'own-trouble' | 'not-run'
/** `no-neighbour`: our own kernel said that the address does not resolve. */
export type EchoSeen =
  'silent' | 'replied' | 'no-neighbour' | 'icmp-error' | 'own-trouble' | 'not-run'
/** Of the neighbour table, refreshed inside this fence. */
export type NeighbourSeen = 'unresolved' | 'answered' | 'off-link' | 'own-trouble' | 'not-run'

export interface WitnessSeen {
  readonly address: string
  /** Over IP: by an echo reply, or by TCP. */
  readonly answered: 'yes' | 'no' | 'not-run'
  /**
   * Addresses of the suspect, spelt as in `AddressSilence`, whose way out of this host an answer
   * proves.
   */
  readonly vouchesFor: readonly string[]
  /** How it answered; `tcp` is the caller's own connection. Absent where it did not. */
  readonly by?: 'echo' | 'tcp' | 'port'
  /** To a question by ARP or ND of this look; `off-link` where a router is between. */
  readonly neighbour: 'answered' | 'no' | 'off-link' | 'not-run'
  /** The TCP port that the operator names for it: `answered` is a connection. */
  readonly port: 'answered' | 'no' | 'not-named' | 'not-run'
  /**
   * Those addresses of the suspect that lie in its own subnet, as far as that can be told by their
   * numbers.
   */
  readonly besides: readonly string[]
}
