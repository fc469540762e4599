import type { SettledConfig } from '../../config/defaults.ts'
import {
  configSourceOf,
  overrideOptions,
  placeText,
  precedence,
  readConfigFiles,
} from '../configuration.ts'
import type { ReadConfig } from '../configuration.ts'
import { exitCodes } from '../exit-code.ts'
import type { Subcommand } from '../subcommand.ts'

export const configShowSubcommand: Subcommand = {
  name: 'config show',
  synopsis: ['[--config FILE]'],
  operandsMax: 0,
  options: overrideOptions,
  about: `Prints every setting as the agent reads it, and behind each where it was said: a file with its line, a flag or
variable, or that it is the default. What is printed is a configuration itself. No secret is in it: keys, tokens and
passwords are files that it names.
${precedence}
exit codes: 0 printed, 64 wrong usage, 78 wrong configuration`,
  run: async (args, terminal) => {
    const read = await readConfigFiles(configSourceOf(args, terminal), terminal.err)
    if (read === undefined) return exitCodes.config
    terminal.out(`${shownLines(read).join('\n')}\n`)
    return exitCodes.done
  },
}

export const shownLines = ({
  settled,
  placeOf,
}: Pick<ReadConfig, 'settled' | 'placeOf'>): readonly string[] => {
  const origin = (path: string): string => {
    const place = placeOf(path)
    return place === undefined ? 'default' : placeText(place)
  }
  const line = (name: string, value: unknown, path: string): string =>
    `${JSON.stringify(name)}: ${JSON.stringify(value)}, # ${origin(path)}`
  const sections = Object.entries(settled) as readonly [keyof SettledConfig, unknown][]
  return [
    '{',
    ...sections.flatMap(([name, settings]) => {
      if (typeof settings !== 'object') return [`  ${line(name, settings, `/${name}`)}`]
      const inside = Object.entries(Object(settings) as object).map(
        ([setting, value]) => `    ${line(setting, value, `/${name}/${setting}`)}`,
      )
      return [`  ${JSON.stringify(name)}: {`, ...inside, '  },']
    }),
    '}',
  ]
}
