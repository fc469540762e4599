/** One question to the person at the terminal. */
import { createInterface } from 'node:readline'
import type { Terminal } from './subcommand.ts'

/** The first line that is typed, without blanks around it; empty where nothing is. */
export const prompt = async (
  text: string,
  { err, stdin }: Pick<Terminal, 'err' | 'stdin'>,
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
