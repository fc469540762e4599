/** What an error or a close of the client means in the phase in which it came. */
import type { ClientErrorExtensions } from 'ssh2'
import type { SessionEnd } from '../session-end.ts'

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
