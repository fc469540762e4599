/** The man page: what is written by hand, filled with what the agent knows better. */
import type { Subcommand } from '../../agent/cli/subcommand.ts'
import { summaries } from '../../agent/contract/summary.ts'
import { deathProofs, doubts, silenceProofs } from '../../agent/domain/verdict.ts'
import type { Because } from '../../agent/domain/verdict.ts'

export const manPage = (
  template: string,
  { version, date }: { readonly version: string; readonly date: Date },
  subcommands: readonly Subcommand[],
): string => {
  const parts: Readonly<Record<string, string>> = {
    VERSION: version,
    DATE: date.toISOString().slice(0, 10),
    SYNOPSIS: subcommands.flatMap(synopsisOf).join('.br\n'),
    SUBCOMMANDS: subcommands.map(sectionOf).join(''),
    DEATH: reasons(deathProofs),
    SILENCE: reasons(silenceProofs),
    DOUBT: reasons(doubts),
  }
  return template.replaceAll(/@([A-Z]+)@/g, (_whole, name: string) => {
    const part = parts[name]
    if (part === undefined) throw new Error(`the man page has no part @${name}@`)
    return part.trimEnd()
  })
}

/** A dash that is no hyphen, a backslash that is none of roff's, and no line that looks like a request. */
export const roff = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/^([.'])/gm, '\\&$1')

const synopsisOf = ({ name, synopsis }: Subcommand): readonly string[] =>
  synopsis.map((one) => `.B peerfence ${name}\n${roff(one)}\n`)

const sectionOf = ({ name, options, about }: Subcommand): string => {
  const each = Object.entries(options).map(
    ([option, { value, help }]) =>
      `.TP\n.B \\-\\-${roff(option)}${value === undefined ? '' : ` ${roff(value)}`}\n${roff(help)}\n`,
  )
  return `.SS ${roff(name)}\n${roff(about).replace(/\n(?=exit codes: )/, '\n.PP\n')}\n${each.join('')}`
}

const reasons = (words: readonly Because[]): string =>
  words.map((word) => `.TP\n.B ${roff(word)}\n${roff(summaries[word])}\n`).join('')
