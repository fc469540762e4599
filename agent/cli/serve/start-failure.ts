/** Why an agent did not start, for a person: what can be expected of a host is one line. */

/**
 * What the language itself throws (TypeError and its like) is a bug, whose stack is wanted; what
 * this program and the system throw says in words what is wrong.
 */
export const isBug = (error: unknown): boolean =>
  !(error instanceof Error) || (error.constructor !== Error && codeOf(error) === '')

/** One line. */
export const wordsOf = (error: unknown): string => {
  const words = String(Reflect.get(Object(error), 'message')).replaceAll(/\s+/g, ' ')
  const place = placeOf(error)
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return `${place} is in use: another agent, or another program, listens there (ss -ltnp)`
    case 'EADDRNOTAVAIL':
      return `${place} is no address of this host (ip address)`
    case 'EACCES':
      return `${words}: this user may not`
    default:
      return words
  }
}

const codeOf = (error: unknown): string => {
  const code: unknown = Reflect.get(Object(error), 'code')
  return typeof code === 'string' ? code : ''
}

/** Of a listener; Node has these of every failed bind. */
const placeOf = (error: unknown): string => {
  const { address, port } = Object(error) as { readonly address?: string; readonly port?: number }
  return port === undefined ? String(address) : `${String(address)} port ${port}`
}
