import { loadConfig } from '../../config/load.ts'
import {
  overrideOptions,
  precedence,
  readConfig,
  configSourceOf,
  warnOf,
} from '../configuration.ts'
import { exitCodes } from '../exit-code.ts'
import { runUntilSignal } from './run-until-signal.ts'
import type { Subcommand } from '../subcommand.ts'

export const serveSubcommand: Subcommand = {
  name: 'serve',
  synopsis: ['[--config FILE] [--listen ADDRESS] [--log-level LEVEL]'],
  operandsMax: 0,
  options: overrideOptions,
  about: `Answers until SIGTERM or SIGINT; a second signal ends it at once. SIGHUP reads certificates, tokens, demands of
listeners and suspects.networks anew.
${precedence}
exit codes: 0 stopped, 1 a fault while running, 64 wrong usage, 78 wrong configuration`,
  run: async (args, terminal) => {
    const settings = configSourceOf(args, terminal)
    const config = await readConfig(settings, terminal.err)
    if (config === undefined) return exitCodes.config
    warnOf(settings, config, terminal.err)
    const load = async () => await loadConfig(settings.configFile, settings.overrides)
    await runUntilSignal(config, load, terminal.version)
    return exitCodes.done
  },
}
