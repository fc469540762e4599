import {
  overrideOptions,
  precedence,
  readConfig,
  configSourceOf,
  warnOf,
} from '../configuration.ts'
import { parseHostPort } from '../../base/net/host-port.ts'
import { silenceOutlook } from '../../compose/silence-outlook.ts'
import { exitCodes } from '../exit-code.ts'
import type { Subcommand } from '../subcommand.ts'

export const configCheckSubcommand: Subcommand = {
  name: 'config check',
  synopsis: ['[--config FILE]'],
  operandsMax: 0,
  options: overrideOptions,
  about: `Reads the configuration and tells every fault of it, and for which of doctor.peers silence would not count.
${precedence}
exit codes: 0 no faults, 64 wrong usage, 78 wrong configuration`,
  run: async (args, terminal) => {
    const settings = configSourceOf(args, terminal)
    const config = await readConfig(settings, terminal.err)
    if (config === undefined) return exitCodes.config
    warnOf(settings, config, terminal.err)
    const peers = config.doctor.peers.flatMap((text) => parseHostPort(text, undefined) ?? [])
    for (const line of await silenceOutlook(config, peers)) terminal.out(`${line}\n`)
    terminal.out(`${settings.configFile}: no faults\n`)
    return exitCodes.done
  },
}
