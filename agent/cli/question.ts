/** One question to the person at the terminal. */
import { createInterface } from 'node:readline'
import type { Edge } from './subcommand.ts'

/** The first line that is typed, without blanks around it; empty where nothing is. */
export const ask = async (
  text: string,
  { err, stdin }: Pick<Edge, 'err' | 'stdin'>,
): Promise<string> => {
  err(text)
  const lines = createInterface({ input: stdin() })
  try {
    for await (const line of lines) return line.trim()
    return ''
  } finally {
    lines.close()
  }
}
