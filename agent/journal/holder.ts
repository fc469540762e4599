/**
 * One journal, one agent: who writes it holds it, and says beside it who that is, for whoever comes
 * second.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { holdFile } from '../base/file/file-hold.ts'

/**
 * An agent writes alone: it closes what it finds open. Fences without an agent write beside each
 * other.
 */
export type Writer = 'agent' | 'stand-alone'

const writerWords: Readonly<Record<Writer, string>> = {
  agent: 'peerfence serve',
  'stand-alone': 'a peerfence command with --stand-alone',
}

/**
 * Rejects where another holds it, with words that say who. Nothing has been written to the journal
 * then.
 */
export const holdJournal = async (
  fd: number,
  file: string,
  writer: Writer,
  wallTime: () => string,
): Promise<void> => {
  const words = `${file}.holder`
  if (await holdFile(fd, writer === 'agent' ? 'alone' : 'together')) {
    const line = `pid ${process.pid}, ${writerWords[writer]}, since ${wallTime()}\n`
    // Only for people: the lock is what counts, also on a disk that is full.
    await writeFile(words, line, { mode: 0o600 }).catch(() => undefined)
    return
  }
  const holder = await readFile(words, 'latin1').then(plainLine, () => undefined)
  const who = holder ?? 'a process that left no word'
  const instead =
    writer === 'agent'
      ? 'two agents on one journal would answer for each other: stop that one, or give each its own journal.file'
      : 'ask that agent, without --stand-alone, or stop it'
  throw new Error(`the journal ${file} is held by another (${who}); ${instead}`)
}

const plainLine = (text: string): string | undefined => /^[ -~]{1,200}$/m.exec(text)?.[0]
