/**
 * The configuration that a subcommand works with: which file, what in its place, and its faults.
 */
import type { Config, ConfigFault } from '../config/config.ts'
import type { LoadedConfig, Overrides } from '../config/load.ts'
import { configWarnings } from '../config/warnings.ts'
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
  source: ConfigSource,
  err: Terminal['err'],
): Promise<Config | undefined> => (await readConfigFiles(source, err))?.config

export type ReadConfig = Extract<LoadedConfig, { readonly kind: 'loaded' }>

/** The same, with where each setting was said. */
export const readConfigFiles = async (
  source: ConfigSource,
  err: Terminal['err'],
): Promise<ReadConfig | undefined> => {
  // Loaded where it is wanted: most commands ask the agent, and read nothing.
  const { loadConfig } = await import('../config/load.ts')
  const loaded = await loadConfig(source.configFile, source.overrides)
  if (loaded.kind === 'loaded') return loaded
  for (const fault of loaded.faults) err(`peerfence: ${faultLine(source, fault)}\n`)
  return undefined
}

/** As compilers write it: editors lead to the place. */
export const faultLine = (
  { configFile }: Pick<ConfigSource, 'configFile'>,
  { path, rule, place = { file: configFile } }: ConfigFault,
): string => [placeText(place), ...(path === '' ? [] : [path]), rule].join(': ')

export const placeText = ({ file, line, column }: NonNullable<ConfigFault['place']>): string =>
  [file, line, column].filter((part) => part !== undefined).join(':')

export const warnOf = (
  { configFile }: Pick<ConfigSource, 'configFile'>,
  { config, placeOf }: Pick<ReadConfig, 'config' | 'placeOf'>,
  err: Terminal['err'],
): void => {
  for (const { path, rule } of configWarnings(config)) {
    err(
      `peerfence: ${placeText(placeOf(path) ?? { file: configFile })}: warning: ${path}: ${rule}\n`,
    )
  }
}
