/** The help texts, made of the table of subcommands. */
import type { Options, Subcommand } from './subcommand.ts'

export const usageOf = (subcommands: readonly Subcommand[]): string => {
  const lines = [
    ...subcommands.flatMap(callsOf),
    'peerfence help [SUBCOMMAND]',
    'peerfence version',
  ]
  return `usage: ${lines.join('\n       ')}\n`
}

export const helpOf = (subcommand: Subcommand): string =>
  `usage: ${callsOf(subcommand).join('\n       ')}

${optionLines(subcommand.options).join('\n')}

${subcommand.about}
`

const callsOf = ({ name, synopsis }: Subcommand): readonly string[] =>
  synopsis.map((one) => `peerfence ${name} ${one}`)

const optionLines = (options: Options): readonly string[] => {
  const heads = Object.entries(options).map(([name, { value, short, help }]) => {
    const head = value === undefined ? `--${name}` : `--${name} ${value}`
    return { head: short === undefined ? head : `${head}, -${short}`, help }
  })
  const width = Math.max(...heads.map(({ head }) => head.length))
  return heads.map(({ head, help }) => `  ${head.padEnd(width)}  ${help}`)
}
