/** The order in which credentials are offered: keys, password, keyboard-interactive, each once. */
import type { AnyAuthMethod, NextAuthHandler, Prompt } from 'ssh2'
import type { Credentials } from './credentials.ts'

export interface AuthenticationEvents {
  /** Called once, before the first credential leaves; false stops the login for good. */
  readonly admit: () => Promise<boolean>
  /** Nothing is left to offer, or the suspect asks the same again. */
  readonly refused: () => void
  /** The client broke while it was offering. */
  readonly broken: () => void
}

/**
 * A handler for ssh2. The `none` round is skipped: it costs a round trip and tells nothing.
 * A method that the suspect does not accept is skipped, too, so that a password goes only to who
 * asks for one (or to a suspect that we have nothing else for).
 */
export const createAuthentication = (
  user: string,
  credentials: Credentials,
  { admit, refused, broken }: AuthenticationEvents,
): ((accepted: readonly string[] | null, partial: unknown, next: NextAuthHandler) => void) => {
  const left = methodsOf(user, credentials, refused)
  const offer = (accepted: readonly string[] | null, next: NextAuthHandler): void => {
    let method = left.shift()
    while (method !== undefined && accepted?.includes(method.type) === false) method = left.shift()
    if (method === undefined) refused()
    else next(method)
  }
  const admitted = { asked: false }
  return (accepted, _partial, next) => {
    if (admitted.asked) {
      offer(accepted, next)
      return
    }
    admitted.asked = true
    admit()
      .then((mayGoOn) => {
        if (mayGoOn) offer(accepted, next)
      })
      // Outside of the client's own data handler, what it throws would end the process.
      .catch(broken)
  }
}

const methodsOf = (
  user: string,
  { keys, password }: Credentials,
  refused: () => void,
): AnyAuthMethod[] => {
  const byKey = keys.map((key) => ({ type: 'publickey', username: user, key }) as const)
  if (password === undefined) return byKey
  let rounds = 0
  const prompt = (
    _name: string,
    _instructions: string,
    _language: string,
    prompts: readonly Prompt[],
    finish: (answers: string[]) => void,
  ): void => {
    rounds += 1
    // A second round asks for something that is not the password.
    if (rounds > 1) refused()
    else finish(prompts.map(() => password))
  }
  return [
    ...byKey,
    { type: 'password', username: user, password },
    { type: 'keyboard-interactive', username: user, prompt },
  ]
}
