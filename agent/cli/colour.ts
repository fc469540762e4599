/** Colour on a terminal, and nowhere else. */
import type { Terminal } from './subcommand.ts'

export type Paint = (text: string, colour: keyof typeof codes) => string

const codes = { green: 32, yellow: 33, red: 31, dim: 2 } as const

/** For standard output. `NO_COLOR` with any text in it means none, wherever. */
export const paintFor = ({
  env,
  isOutTerminal,
}: Pick<Terminal, 'env' | 'isOutTerminal'>): Paint => {
  const isPlain = !isOutTerminal || (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb'
  return (text, colour) => (isPlain ? text : `\u001b[${codes[colour]}m${text}\u001b[0m`)
}
