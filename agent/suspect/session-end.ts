/** Every way in which a session can end without a finished command, and the doubt that it is. */
import type { Evidence } from '../domain/evidence.ts'
import type { Doubt } from '../domain/verdict.ts'

/**
 * The key is what happened, `because` is the word of the verdict, `detail` is for people. The
 * details are fixed sentences: nothing that the suspect sent, and no secret, can get into them.
 */
const ends = {
  'connection-dropped': {
    because: 'connection-dropped',
    detail: 'the connection was closed before the login (sshd busy, MaxStartups, a filter)',
  },
  'startups-exceeded': {
    because: 'connection-dropped',
    detail: 'sshd said that too many logins are under way (MaxStartups)',
  },
  'peer-penalised': {
    because: 'peer-penalised',
    detail: 'sshd said that this peer is not allowed at this time (PerSourcePenalties)',
  },
  'banner-stalled': {
    because: 'banner-stalled',
    detail: 'the port is open and no SSH identification came',
  },
  'handshake-failed': {
    because: 'handshake-failed',
    detail: 'no common algorithm, or not the SSH protocol',
  },
  'handshake-stalled': {
    because: 'handshake-stalled',
    detail: 'sshd identified itself and then fell silent',
  },
  'host-key-changed': {
    because: 'host-key-changed',
    detail: 'the host key is not the one that is known for this host',
  },
  'host-key-type': {
    because: 'host-key-changed',
    detail: 'the host offers no key of a type that is known for this host',
  },
  'host-key-revoked': {
    because: 'host-key-changed',
    detail: 'the host key is marked as revoked in the known hosts file',
  },
  'host-key-unknown': {
    because: 'host-key-unknown',
    detail: 'no host key is known for this host, and the policy is strict',
  },
  'host-key-unrecorded': {
    because: 'host-key-unknown',
    detail: 'the host key is new and could not be recorded',
  },
  'known-hosts-unreadable': {
    because: 'host-key-unknown',
    detail: 'the known hosts file is there and cannot be read',
  },
  'login-refused': { because: 'login-refused', detail: 'no credential was accepted' },
  'account-denied': {
    because: 'login-refused',
    detail: 'the account may not log in now, by the words of the host (expired, nologin)',
  },
  'password-expired': { because: 'login-refused', detail: 'the suspect demands a new password' },
  'login-unasked': {
    because: 'handshake-failed',
    detail: 'a login was granted before any credential was offered',
  },
  'login-cut-off': {
    because: 'login-cut-off',
    detail: 'the connection was closed during the login',
  },
  'login-stalled': { because: 'login-stalled', detail: 'sshd fell silent during the login' },
  'credentials-unusable': {
    because: 'credentials-unusable',
    detail: 'no usable private key and no password for this host',
  },
  'key-not-understood': {
    because: 'credentials-unusable',
    detail: 'the private key is in a form that is not understood',
  },
  'key-locked': {
    because: 'credentials-unusable',
    detail: 'the private key has a passphrase, and nobody is there to type it',
  },
  'login-divided': {
    because: 'credentials-unusable',
    detail:
      'the first configured login that names an address of the host does not name all of them',
  },
  'client-unusable': { because: 'internal-error', detail: 'the SSH client could not be started' },
  'channel-refused': {
    because: 'channel-refused',
    detail: 'logged in, and no session channel was granted (MaxSessions, a policy)',
  },
  'exec-refused': { because: 'exec-refused', detail: 'logged in, and no command may run' },
  'exec-stalled': {
    because: 'contact-lost',
    detail: 'logged in, and the request to run the program was not answered',
  },
  'kernel-silent': {
    because: 'contact-lost',
    detail: 'the connection was open, and the host acknowledges nothing any more',
  },
  'contact-lost': {
    because: 'contact-lost',
    detail: 'the session ended before the program reported its end',
  },
  'terminal-given': {
    because: 'report-missing',
    detail:
      'the login gives every command a terminal (a session recorder), which spoils what is sent',
  },
  'output-too-long': {
    because: 'report-too-long',
    detail: 'the suspect sent more than a report can be',
  },
  late: { because: 'deadline-passed', detail: 'the program had not ended when the budget did' },
  aborted: { because: 'deadline-passed', detail: 'the fence was called off' },
} as const satisfies Readonly<Record<string, { readonly because: Doubt; readonly detail: string }>>

export type SessionEnd = keyof typeof ends

/** For tests of the whole table. */
export const sessionEnds = Object.keys(ends) as readonly SessionEnd[]

export const doubtOf = (end: SessionEnd): Doubt => ends[end].because
export const detailOf = (end: SessionEnd): string => ends[end].detail

/** Never a report and never silence: whoever got as far as a session has seen the suspect alive. */
export const evidenceOf = (end: SessionEnd): Evidence => {
  const because = doubtOf(end)
  if (because === 'deadline-passed') return { kind: 'out-of-time' }
  const isOurs = because === 'credentials-unusable' || because === 'internal-error'
  return { kind: isOurs ? 'own-trouble' : 'refusal', because }
}

/** How a command ended. There is an exit code only if the suspect sent one. */
export type CommandEnd =
  | {
      readonly kind: 'exited'
      readonly code: number
      /** The first bytes as latin1, to recognise sudo's refusals; never to be passed on. */
      readonly stderrHead: string
    }
  | { readonly kind: 'signalled' }
  | {
      readonly kind: 'cut-off'
      readonly end: SessionEnd
      /** Whether anything at all came from the suspect since the command was asked for. */
      readonly wasHeard: boolean
    }
