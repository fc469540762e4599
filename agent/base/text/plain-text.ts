/** Sanitises text that may come from a suspect or a file before it enters an answer. */

const detailCharactersMax = 200

/** ASCII without control characters, and short: answers are logged and shown on terminals. */
export const plainText = (text: string, charactersMax = detailCharactersMax): string =>
  text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, charactersMax)

/** The kernel's state letter of a task. */
export const plainState = (state: string): string => (/^[A-Za-z]$/.test(state) ? state : '?')

/** The kernel function that a task waits in. */
export const plainWchan = (wchan: string): string =>
  /^[A-Za-z0-9_.]{1,64}$/.test(wchan) ? wchan : '-'
