/**
 * What an exit without the beginning of a report means. Sentences of ours: nothing of the suspect
 * is passed on.
 */
import type { Doubt } from '../../domain/verdict.ts'
import { notForcedCode } from './program.ts'

export interface SilentEnd {
  readonly code: number
  /** The first bytes of stderr, to recognise what they say. */
  readonly stderrHead: string
}

/** The installed program has read the request, and does not take it. */
export const isRefusedRequest = ({ stderrHead }: Pick<SilentEnd, 'stderrHead'>): boolean =>
  /fence-vms: request refused: /.test(stderrHead)

/** What sshd says of a login whose password has expired, in the place of running anything. */
export const isPasswordExpired = ({ stderrHead }: SilentEnd): boolean =>
  /password has expired|password change required|required to change your password/i.test(stderrHead)

export const expiredDetail =
  'the password of the account has expired, and sshd runs nothing until it is changed (chage)'

/** Sudo that is granted, and does not take this login for another reason. */
export const isSudoBarred = ({ stderrHead }: SilentEnd): boolean =>
  wantsTerminal.test(stderrHead) || wantsAccount.test(stderrHead)

export const forcedHint =
  'an installed program answered in the place of the shell: say "installed" in ssh.logins'

/** Of a suspect that should have the program behind a forced command. */
export const silentDoubt = (
  end: SilentEnd,
): { readonly because: Doubt; readonly detail: string } => {
  const { code, stderrHead } = end
  if (isRefusedRequest(end)) {
    return {
      because: 'program-version',
      detail: 'the installed program does not take the request of this version',
    }
  }
  if (wantsPassword.test(stderrHead) || isSudoBarred(end)) {
    return { because: 'sudo-refused', detail: sudoDetail(stderrHead) }
  }
  // As sudo says it of a program that it may start.
  const isNotFound = /sudo: \S+: command not found/.test(stderrHead)
  return { because: 'program-missing', detail: missingDetail(isNotFound ? notFoundCode : code) }
}

/** Of every shell. */
const notStartedCode = 126
const notFoundCode = 127
const wantsTerminal = /sudo: sorry, you must have a tty/
const wantsAccount = /sudo: account (?:or password is )?expired/i
const wantsPassword = /sudo: a (?:terminal|password) is required/

const missingDetail = (code: number): string => {
  switch (code) {
    case notForcedCode:
      return 'the key has no forced command: the login shell ran instead'
    case notStartedCode:
      return 'the forced command could not be started: it is not executable, or the login may not'
    case notFoundCode:
      return 'the forced command was not found'
    default:
      return `the forced command ended with code ${code} and without a report`
  }
}

/** For what sudo is known to say. */
export const sudoDetail = (stderrHead: string): string => {
  if (wantsPassword.test(stderrHead)) return 'sudo asks this user for a password'
  if (wantsTerminal.test(stderrHead)) return 'sudo wants a terminal (requiretty)'
  if (wantsAccount.test(stderrHead)) return 'sudo says that the account or its password has expired'
  if (/sudo: (?:command )?not found/.test(stderrHead)) return 'sudo is not installed'
  return 'sudo -n starts nothing for this user, and neither does the login shell'
}
