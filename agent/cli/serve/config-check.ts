import { overrideOptions, precedence, readConfig, configSourceOf } from '../configuration.ts'
import { exitCodes } from '../exit-code.ts'
import type { Subcommand } from '../subcommand.ts'

export const configCheckSubcommand: Subcommand = {
  name: 'config check',
  synopsis: ['[--config FILE]'],
  operandsMax: 0,
  options: overrideOptions,
  about: `Reads the configuration and tells every fault of it.
${precedence}
exit codes: 0 no faults, 64 wrong usage, 78 wrong configuration`,
  run: async (args, terminal) => {
    const settings = configSourceOf(args, terminal)
    if ((await readConfig(settings, terminal.err)) === undefined) return exitCodes.config
    terminal.out(`${settings.configFile}: no faults\n`)
    return exitCodes.done
  },
}
