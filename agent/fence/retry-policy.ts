/** Which doubts another contact within the same budget may settle, and how soon it is made. */
import type { Doubt } from '../domain/verdict.ts'
import { contactBudgetMsMin } from './budget.ts'

/**
 * `again`: the next contact may go better, because the doubt is about the way to the suspect or
 * about a moment of it. `once-more`: so it may, but it took seconds to come to this doubt.
 * `final`: it would end the same way, or the program has used its time on the suspect already, or
 * asking twice does harm (a refused login counts towards a lockout).
 */
const prospects: Readonly<Record<Doubt, 'again' | 'once-more' | 'final'>> = {
  unkillable: 'final',
  'not-gone-in-time': 'final',
  'kill-denied': 'final',
  'hold-not-kept': 'final',
  supervised: 'final',
  respawned: 'final',
  'unattributable-qemu': 'final',
  'ambiguous-process': 'final',
  'start-not-excluded': 'final',
  'quarantine-not-proven': 'final',
  'io-in-flight': 'final',
  'disk-not-seen': 'final',
  'helper-not-settled': 'final',
  'page-cache-dirty': 'final',
  'processes-hidden': 'final',
  'pid-namespace': 'final',
  'scan-incomplete': 'final',
  'wrong-host': 'final',
  'host-not-confirmed': 'final',
  'own-host': 'final',
  'report-missing': 'final',
  'report-truncated': 'again',
  'report-invalid': 'final',
  'report-too-long': 'final',
  'program-failed': 'again',
  'bash-too-old': 'final',
  'program-version': 'final',
  'program-missing': 'final',
  'sudo-refused': 'final',
  'connection-refused': 'again',
  'connection-reset': 'again',
  'connection-dropped': 'again',
  'peer-penalised': 'final',
  'banner-stalled': 'once-more',
  'handshake-failed': 'again',
  'handshake-stalled': 'once-more',
  'host-key-changed': 'final',
  'host-key-unknown': 'final',
  'login-refused': 'final',
  'login-cut-off': 'once-more',
  'login-stalled': 'once-more',
  'channel-refused': 'again',
  'exec-refused': 'again',
  'contact-lost': 'again',
  'suspect-answered': 'once-more',
  'heard-by-neighbour': 'final',
  'icmp-error': 'once-more',
  'silence-not-proven': 'once-more',
  'own-filter': 'final',
  'routed-silence': 'final',
  'never-met': 'final',
  'silence-too-short': 'final',
  'peer-isolated': 'once-more',
  'name-not-resolved': 'again',
  'own-network-trouble': 'again',
  'credentials-unusable': 'final',
  'journal-failed': 'final',
  'deadline-passed': 'final',
  'shutting-down': 'final',
  'called-off': 'final',
  interrupted: 'final',
  'verdict-expired': 'final',
  'internal-error': 'final',
}

/**
 * The waits between contacts, in ms. They add up to about 3 s: an sshd that restarts, or a burst of
 * logins beyond its MaxStartups, is over by then, and a suspect that refuses for good is answered
 * soon.
 */
const waitsMs = [100, 200, 400, 800, 1600] as const

const waitsFor = {
  again: waitsMs,
  'once-more': waitsMs.slice(0, 1),
  final: [],
} as const

export interface NextContact {
  readonly waitMs: number
  /** What has to be left of the budget for it to be worth its while. */
  readonly needsMs: number
}

/**
 * A connection that came to nothing after so long, in ms, was a burden for a host that may be sick.
 */
export const slowMs = 2000

/** So many of them are enough. */
const slowMax = 2

export interface ContactsMade {
  /** All that were made. */
  readonly contacts: number
  /** Those of them that took `slowMs` or more over a connection. */
  readonly slow: number
}

/**
 * What comes after these contacts, the last of which took `tookMs` to end in this doubt; undefined
 * where that was the last.
 */
export const nextContact = (
  because: Doubt,
  { contacts, slow }: ContactsMade,
  tookMs: number,
): NextContact | undefined => {
  if (slow >= slowMax) return undefined
  const prospect = prospects[because]
  const waitMs = waitsFor[prospect][contacts - 1]
  if (waitMs === undefined) return undefined
  // What took its time to show takes the same time to show again, or ends as half a look.
  const needsMs =
    prospect === 'once-more' ? Math.max(tookMs, contactBudgetMsMin) : contactBudgetMsMin
  return { waitMs, needsMs: waitMs + needsMs }
}
