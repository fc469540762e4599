import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { hostPortsOf } from '../../base/net/host-port.ts'
import type { Config, ConfigFault } from '../../config/config.ts'
import { asOwnerOf } from '../as-owner.ts'
import {
  configSourceOf,
  faultLine,
  overrideOptions,
  precedence,
  readConfigFiles,
  warnOf,
} from '../configuration.ts'
import { exitCodes } from '../exit-code.ts'
import type { Subcommand } from '../subcommand.ts'

export const configCheckSubcommand: Subcommand = {
  name: 'config check',
  synopsis: ['[--config FILE] [--syntax-only] [--quiet]'],
  operandsMax: 0,
  options: {
    ...overrideOptions,
    'syntax-only': {
      type: 'boolean',
      help: 'the configuration alone, and nothing of this host: for another machine',
    },
    quiet: { type: 'boolean', help: 'faults alone' },
  },
  about: `Tells every fault that would keep the agent from starting: of the configuration and its drop-ins, and of the keys,
tokens, certificates, addresses and folders that it names. As root it looks at these as the user of the agent, whom
the folder of journal.file belongs to. It also tells for which of doctor.peers silence would not count.
${precedence}
exit codes: 0 no faults, 64 wrong usage, 78 wrong configuration`,
  run: async (args, terminal) => {
    const source = configSourceOf(args, terminal)
    const read = await readConfigFiles(source, terminal.err)
    if (read === undefined) return exitCodes.config
    const { config, placeOf } = read
    const isOfHost = !args.isSet('syntax-only')
    const faults = isOfHost ? await faultsOfHost(config) : []
    for (const fault of faults) {
      const line = faultLine(source, { ...fault, place: placeOf(fault.path) })
      terminal.err(`peerfence: ${line}\n`)
    }
    if (faults.length > 0) {
      if (await isAnother(config)) terminal.err(`peerfence: ${asAnother}\n`)
      return exitCodes.config
    }
    if (args.isSet('quiet')) return exitCodes.done
    warnOf(source, read, terminal.err)
    for (const line of isOfHost ? await outlookOf(config) : []) terminal.out(`${line}\n`)
    terminal.out(`${source.configFile}: no faults\n`)
    return exitCodes.done
  },
}

// Both are loaded where they are wanted: what the agent starts with hangs on them.
const outlookOf = async (config: Config): Promise<readonly string[]> => {
  const { silenceOutlook } = await import('../../compose/silence-outlook.ts')
  return await silenceOutlook(config, hostPortsOf(config.doctor.peers))
}

const faultsOfHost = async (config: Config): Promise<readonly ConfigFault[]> => {
  const { startFaults } = await import('../../compose/start-faults.ts')
  return await asOwnerOf(dirname(config.journal.file), async () => await startFaults(config))
}

const asAnother =
  'the files were looked at as another user than that of the agent: run it as root, or with --syntax-only'

/** Whether neither root nor whoever the agent runs as: what it may read says nothing then. */
const isAnother = async ({ journal }: Config): Promise<boolean> => {
  const owner = await stat(dirname(journal.file)).catch(() => undefined)
  const user = process.geteuid?.()
  return user !== 0 && owner !== undefined && owner.uid !== user
}
