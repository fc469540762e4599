/** What an error or a close of the client means in the phase in which it came. */
import type { ClientErrorExtensions } from 'ssh2'
import type { SessionEnd } from '../session-end.ts'

/**
 * The words of the suspect say why it closed, where it has any that are known. They are not passed
 * on.
 */
export const toldEnd = (why: SessionEnd, greeting: string, banners: string): SessionEnd => {
  if (why === 'connection-dropped') {
    if (/^Not allowed at this time\r?$/m.test(greeting)) return 'peer-penalised'
    return /^Exceeded MaxStartups\r?$/m.test(greeting) ? 'startups-exceeded' : why
  }
  const isOfLogin = why === 'login-cut-off' || why === 'login-refused'
  return isOfLogin && accountDenied.test(banners) ? 'account-denied' : why
}

/** What PAM tells somebody whose credential was good, before sshd closes. */
const accountDenied =
  /expired|nologin|going down|booting up|not permitted|not allowed|access denied/i

/**
 * How ssh2 names a negotiation in which the suspect has none of the types of host keys that were
 * asked for.
 */
export const isWithoutKeyType = ({ message }: Error): boolean =>
  message === 'Handshake failed: no matching host key format'

export type LoginPhase = 'banner' | 'handshake' | 'login'

/** Only kinds are looked at: the message may hold what the suspect sent. */
export const endOfError = (phase: LoginPhase, error: Error & ClientErrorExtensions): SessionEnd => {
  if (error.level === 'client-socket') {
    return 'code' in error && error.code === 'ETIMEDOUT' ? 'kernel-silent' : endOfClose(phase)
  }
  if (phase !== 'login')
    return isLostBeforeBanner(error) ? 'connection-dropped' : 'handshake-failed'
  // "Too many authentication failures" comes as a disconnect message with a numeric reason.
  const isDisconnect = 'code' in error && typeof error.code === 'number'
  return error.level === 'client-authentication' || isDisconnect ? 'login-refused' : 'login-cut-off'
}

export const endOfClose = (phase: LoginPhase): SessionEnd =>
  phase === 'login' ? 'login-cut-off' : 'connection-dropped'

/** How ssh2 names a connection that ended before the identification: by this text alone. */
const isLostBeforeBanner = (error: Error & ClientErrorExtensions): boolean =>
  error.level === 'protocol' && error.message === 'Connection lost before handshake'
