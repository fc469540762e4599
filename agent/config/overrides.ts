/** The command line and the environment: what to do, with which file, with what put in its place. */
import { parseArgs } from 'node:util'
import type { Overrides } from './load.ts'

export const defaultConfigFile = '/etc/peerfence/peerfence.json'

export type Invocation =
  | { readonly kind: 'serve'; readonly configFile: string; readonly overrides: Overrides }
  | { readonly kind: 'config-check'; readonly configFile: string; readonly overrides: Overrides }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'misused'; readonly message: string }

export const usage = `usage: peerfence serve [--config FILE] [--listen ADDRESS] [--log-level LEVEL]
       peerfence config check [--config FILE]
       peerfence --help | --version

  --config FILE      the configuration (${defaultConfigFile}); also PEERFENCE_CONFIG
  --listen ADDRESS   in place of http.listen; also PEERFENCE_LISTEN
  --log-level LEVEL  in place of log.level; also PEERFENCE_LOG_LEVEL

A flag goes before the environment, and the environment before the file.
exit codes: 0 stopped or checked, 1 a fault while running, 64 wrong usage, 78 wrong configuration
`

const options = {
  config: { type: 'string' },
  listen: { type: 'string' },
  'log-level': { type: 'string' },
  help: { type: 'boolean' },
  version: { type: 'boolean' },
} as const

/** Pure: reads only what it is given. An empty variable counts as unset, as shells leave them behind. */
export const parseInvocation = (
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Invocation => {
  const parsed = parseStrictly(args)
  if (typeof parsed === 'string') return { kind: 'misused', message: parsed }
  const { values, positionals } = parsed
  if (values.help === true) return { kind: 'help' }
  if (values.version === true) return { kind: 'version' }
  const variable = (name: string): string | undefined => (env[name] === '' ? undefined : env[name])
  const listen = values.listen ?? variable('PEERFENCE_LISTEN')
  const logLevel = values['log-level'] ?? variable('PEERFENCE_LOG_LEVEL')
  const what = {
    configFile: values.config ?? variable('PEERFENCE_CONFIG') ?? defaultConfigFile,
    overrides: {
      ...(listen === undefined ? {} : { listen }),
      ...(logLevel === undefined ? {} : { logLevel }),
    },
  }
  switch (positionals.join(' ')) {
    case 'serve':
      return { kind: 'serve', ...what }
    case 'config check':
      return { kind: 'config-check', ...what }
    case '':
      return { kind: 'misused', message: 'a subcommand is missing' }
    default:
      return { kind: 'misused', message: `no such subcommand: ${positionals.join(' ')}` }
  }
}

/** A text where the arguments break the rules. */
const parseStrictly = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
  } catch (error) {
    // It throws TypeErrors about the arguments, whose text is meant for people.
    return String(error).replace(/^TypeError[^:]*: /, '')
  }
}
