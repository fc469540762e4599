/** The command line to the subcommand that it names and what is given to it. Pure. */
import { parseArgs } from 'node:util'
import { nearest } from '../base/text/nearest.ts'
import type { Arguments, Subcommand } from './subcommand.ts'

export type Invocation =
  | { readonly kind: 'run'; readonly subcommand: Subcommand; readonly args: Arguments }
  /** Of one subcommand, or of all. */
  | { readonly kind: 'help'; readonly of: Subcommand | undefined }
  | { readonly kind: 'version' }
  | { readonly kind: 'misused'; readonly message: string; readonly of: Subcommand | undefined }

export const parseInvocation = (
  argv: readonly string[],
  subcommands: readonly Subcommand[],
): Invocation => {
  const [first, ...others] = argv
  if (first === 'version' && others.length === 0) return { kind: 'version' }
  if (first === 'help' && others.every((word) => !word.startsWith('-'))) {
    return helpFor(others, subcommands)
  }
  const parsed = parseStrictly(argv, subcommands)
  if ('fault' in parsed) {
    const of = find(loosePositionals(argv), subcommands)
    return { kind: 'misused', message: faultWords(parsed.fault, of), of }
  }
  const { positionals } = parsed
  const values: Readonly<Record<string, unknown>> = parsed.values
  const found = find(positionals, subcommands)
  // Their exit code says that something was done: beside anything to be done that would be a lie.
  const isAlone = Object.keys(values).length === 1
  const isNameAlone = positionals.length === (found?.name.split(' ').length ?? 0)
  if (values['help'] === true && isAlone && isNameAlone) return { kind: 'help', of: found }
  if (values['version'] === true && isAlone && isNameAlone) return { kind: 'version' }
  const misused = (message: string): Invocation => ({ kind: 'misused', message, of: found })
  const told = ['help', 'version'].find((name) => values[name] !== undefined)
  if (told !== undefined) return misused(`--${told} has to stand alone`)
  if (found === undefined) return misused(noSuch(positionals, subcommands))
  const foreign = Object.keys(values).find((name) => !Object.hasOwn(found.options, name))
  if (foreign !== undefined) return misused(noOption(`--${foreign}`, found))
  const operands = positionals.slice(found.name.split(' ').length)
  const tooMany = operands[found.operandsMax]
  if (tooMany !== undefined) return misused(`${found.name}: unexpected argument: ${tooMany}`)
  const text = (option: string): string | undefined => {
    const value = values[option]
    return typeof value === 'string' ? value : undefined
  }
  const args = { operands, text, isSet: (option: string) => values[option] !== undefined }
  return { kind: 'run', subcommand: found, args }
}

const helpFor = (words: readonly string[], subcommands: readonly Subcommand[]): Invocation => {
  const of = find(words, subcommands)
  const isWhole = words.length === (of?.name.split(' ').length ?? 0)
  return isWhole
    ? { kind: 'help', of }
    : { kind: 'misused', message: noSuch(words, subcommands), of: undefined }
}

const find = (
  positionals: readonly string[],
  subcommands: readonly Subcommand[],
): Subcommand | undefined =>
  subcommands.find(({ name }) => {
    const words = name.split(' ')
    return words.every((word, index) => positionals[index] === word)
  })

const meant = (word: string | undefined): string =>
  word === undefined ? '' : `; did you mean ${word}?`

const noSuch = (words: readonly string[], subcommands: readonly Subcommand[]): string => {
  const [first, second = ''] = words
  if (first === undefined) return 'a subcommand is missing'
  const names = subcommands.map(({ name }) => name.split(' '))
  const behind = names.flatMap(([one, two]) => (one === first && two !== undefined ? [two] : []))
  if (behind.length > 0) {
    const near = nearest(second, behind)
    const one = behind.join(', ')
    return `${first} needs one of: ${one}${meant(near === undefined ? near : `${first} ${near}`)}`
  }
  const known = names.flatMap(([one = '']) => [one])
  // One that is right as it is has something behind it that is not.
  const near = known.includes(first) ? undefined : nearest(first, known)
  return `no such subcommand: ${words.join(' ')}${meant(near)}`
}

const noOption = (option: string, { name, options }: Subcommand): string => {
  const known = Object.keys(options).map((one) => `--${one}`)
  return `${name} has no option ${option}${meant(nearest(option, known))}`
}

/** Of what Node says the name of the option alone: a value may be a secret. */
const faultWords = (fault: string, of: Subcommand | undefined): string => {
  const [, unknown] = /^Unknown option '(-[^' =]*)/.exec(fault) ?? []
  if (unknown !== undefined) {
    return of === undefined ? `no such option: ${unknown}` : noOption(unknown, of)
  }
  const [, needing] = /^Option '(?:-\w, )?(--[^' ]+) <value>' argument missing/.exec(fault) ?? []
  return needing === undefined ? fault : `${needing} needs a value behind it`
}

/** Where the subcommand stands on a command line whose options break the rules. */
const loosePositionals = (argv: readonly string[]): readonly string[] =>
  parseArgs({ args: [...argv], strict: false, allowPositionals: true }).positionals

/** A fault where the arguments break the rules. One name has one type in all subcommands. */
const parseStrictly = (argv: readonly string[], subcommands: readonly Subcommand[]) => {
  const flag = { type: 'boolean' } as const
  const options = Object.fromEntries(
    subcommands.flatMap((one) =>
      Object.entries(one.options).map(([name, { type, short }]) => [
        name,
        short === undefined ? { type } : { type, short },
      ]),
    ),
  )
  try {
    return parseArgs({
      args: [...argv],
      options: { ...options, help: { ...flag, short: 'h' }, version: flag },
      allowPositionals: true,
      strict: true,
    })
  } catch (error) {
    // It throws TypeErrors about the arguments, whose text is meant for people.
    return { fault: String(error).replace(/^TypeError[^:]*: /, '') }
  }
}
