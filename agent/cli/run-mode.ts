/** Who does what is asked: the agent that runs here, or this very process. */
import { configOption } from './configuration.ts'
import type { Terminal, Arguments, Options } from './subcommand.ts'

const defaultSocket = '/run/peerfence/peerfence.sock'

export const runModeOptions = {
  socket: {
    type: 'string',
    value: 'PATH',
    help: `where the agent listens (${defaultSocket}); also PEERFENCE_SOCKET`,
  },
  'stand-alone': {
    type: 'boolean',
    help: 'without an agent, by the configuration; needs what it names',
  },
  ...configOption,
} as const satisfies Options

/** What is wrong with what was given, in words. */
export const runModeFault = ({ isSet }: Pick<Arguments, 'isSet'>): string | undefined => {
  const isStandAlone = isSet('stand-alone')
  if (isStandAlone && isSet('socket')) return '--stand-alone and --socket exclude each other'
  return !isStandAlone && isSet('config')
    ? '--config is for --stand-alone; the agent has its own'
    : undefined
}

/** An empty variable counts as unset. */
export const socketOf = (
  { text }: Pick<Arguments, 'text'>,
  { env }: Pick<Terminal, 'env'>,
): string => {
  const variable = env['PEERFENCE_SOCKET'] ?? ''
  return text('socket') ?? (variable === '' ? defaultSocket : variable)
}
