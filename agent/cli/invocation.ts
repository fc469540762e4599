/** The command line to the subcommand that it names and what is given to it. Pure. */
import { parseArgs } from 'node:util'
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
  const parsed = parseStrictly(argv, subcommands)
  if (typeof parsed === 'string') return { kind: 'misused', message: parsed, of: undefined }
  const { positionals } = parsed
  const values: Readonly<Record<string, unknown>> = parsed.values
  const found = subcommands.find(({ name }) => {
    const words = name.split(' ')
    return words.every((word, index) => positionals[index] === word)
  })
  // Their exit code says that something was done: beside anything to be done that would be a lie.
  const isAlone = Object.keys(values).length === 1
  const isNameAlone = positionals.length === (found?.name.split(' ').length ?? 0)
  if (values['help'] === true && isAlone && isNameAlone) return { kind: 'help', of: found }
  if (values['version'] === true && isAlone && isNameAlone) return { kind: 'version' }
  const misused = (message: string): Invocation => ({ kind: 'misused', message, of: found })
  const told = ['help', 'version'].find((name) => values[name] !== undefined)
  if (told !== undefined) return misused(`--${told} has to stand alone`)
  if (positionals.length === 0) return misused('a subcommand is missing')
  if (found === undefined) return misused(`no such subcommand: ${positionals.join(' ')}`)
  const foreign = Object.keys(values).find((name) => !Object.hasOwn(found.options, name))
  if (foreign !== undefined) return misused(`${found.name} has no option --${foreign}`)
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

/** A text where the arguments break the rules. One name has one type in all subcommands. */
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
      options: { ...options, help: flag, version: flag },
      allowPositionals: true,
      strict: true,
    })
  } catch (error) {
    // It throws TypeErrors about the arguments, whose text is meant for people.
    return String(error).replace(/^TypeError[^:]*: /, '')
  }
}
