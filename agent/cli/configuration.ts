/**
 * The configuration that a subcommand works with: which file, what in its place, and its faults.
 */
import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { configWarnings } from '../config/warnings.ts'
import type { Overrides } from '../config/load.ts'
import type { Terminal, Arguments, Options } from './subcommand.ts'

export const defaultConfigFile = '/etc/peerfence/peerfence.json'

export const configOption = {
  config: {
    type: 'string',
    value: 'FILE',
    help: `the configuration (${defaultConfigFile}); also PEERFENCE_CONFIG`,
  },
} as const satisfies Options

export const overrideOptions = {
  ...configOption,
  listen: {
    type: 'string',
    value: 'ADDRESS',
    help: 'in place of http.listeners; also PEERFENCE_LISTEN',
  },
  'log-level': {
    type: 'string',
    value: 'LEVEL',
    help: 'in place of log.level; also PEERFENCE_LOG_LEVEL',
  },
} as const satisfies Options

export const precedence = 'A flag goes before the environment, and the environment before the file.'

export interface ConfigSource {
  readonly configFile: string
  readonly overrides: Overrides
}

/** An empty variable counts as unset, as shells leave them behind. */
export const configSourceOf = (
  { text }: Arguments,
  { env }: Pick<Terminal, 'env'>,
): ConfigSource => {
  const variable = (name: string): string | undefined => (env[name] === '' ? undefined : env[name])
  const listen = text('listen') ?? variable('PEERFENCE_LISTEN')
  const logLevel = text('log-level') ?? variable('PEERFENCE_LOG_LEVEL')
  return {
    configFile: text('config') ?? variable('PEERFENCE_CONFIG') ?? defaultConfigFile,
    overrides: {
      ...(listen === undefined ? {} : { listen }),
      ...(logLevel === undefined ? {} : { logLevel }),
    },
  }
}

/** Undefined where the file has faults; each of them was told then. */
export const readConfig = async (
  { configFile, overrides }: ConfigSource,
  err: Terminal['err'],
): Promise<Config | undefined> => {
  const loaded = await loadConfig(configFile, overrides)
  if (loaded.kind === 'loaded') return loaded.config
  for (const { path, rule } of loaded.faults) err(`peerfence: ${configFile}: ${path}: ${rule}\n`)
  return undefined
}

export const warnOf = (
  { configFile }: ConfigSource,
  config: Config,
  err: Terminal['err'],
): void => {
  for (const { path, rule } of configWarnings(config)) {
    err(`peerfence: ${configFile}: warning: ${path}: ${rule}\n`)
  }
}
