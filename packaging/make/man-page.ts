/** peerfence(8): what is written by hand, filled with what the agent knows better. */
import type { Subcommand } from '../../agent/cli/subcommand.ts'
import { summaries } from '../../agent/contract/words/summary.ts'
import { deathProofs, doubts, silenceProofs } from '../../agent/domain/verdict.ts'
import type { Because } from '../../agent/domain/verdict.ts'
import type { Release } from './changelogs.ts'
import { fillPage, roff } from './roff.ts'

export const manPage = (
  template: string,
  release: Release,
  subcommands: readonly Subcommand[],
): string =>
  fillPage(template, release, {
    SYNOPSIS: subcommands.flatMap(synopsisOf).join('.br\n'),
    SUBCOMMANDS: subcommands.map(sectionOf).join(''),
    DEATH: reasons(deathProofs),
    SILENCE: reasons(silenceProofs),
    DOUBT: reasons(doubts),
  })

const synopsisOf = ({ name, synopsis }: Subcommand): readonly string[] =>
  synopsis.map((one) => `.B peerfence ${name}\n${roff(one)}\n`)

const sectionOf = ({ name, options, about }: Subcommand): string => {
  const each = Object.entries(options).map(
    ([option, { value, short, help }]) =>
      `.TP\n.B \\-\\-${roff(option)}${value === undefined ? '' : ` ${roff(value)}`}${short === undefined ? '' : `, \\-${short}`}\n${roff(help)}\n`,
  )
  return `.SS ${roff(name)}\n${paragraphs(about)}\n${each.join('')}`
}

/**
 * Exit codes begin a paragraph, and where the help gives each a line of its own, so does the page:
 * one after which the VM may be started must not run into the next, after which it may not.
 */
const paragraphs = (about: string): string =>
  roff(about)
    .replace(/\n(?=exit codes: )/, '\n.PP\n')
    .replaceAll(/\n {12}(?=\d)/g, '\n.br\n')
    .replaceAll(/\n {14}/g, '\n')
    .replace(/\n(?=after no other code )/, '\n.br\n')

const reasons = (words: readonly Because[]): string =>
  words.map((word) => `.TP\n.B ${roff(word)}\n${roff(summaries[word])}\n`).join('')
