/** What is asked about one VM on one host, by the agent that runs here or by this very process. */
import type { Config } from '../config/config.ts'
import type { FenceQuestion } from '../client/post-question.ts'
import { asciiJson } from '../base/text/ascii-json.ts'
import { readConfig, configSourceOf } from './configuration.ts'
import { exitCodes } from './exit-code.ts'
import type { ExitCode } from './exit-code.ts'
import { questionOf } from './fence-question.ts'
import type { AskedFor } from './fence-question.ts'
import { runModeFault, socketOf } from './run-mode.ts'
import type { Terminal, Arguments } from './subcommand.ts'

export interface Ways<T> {
  readonly byAgent: (
    question: FenceQuestion,
    socket: string,
    isExplained: boolean,
    terminal: Terminal,
  ) => Promise<T>
  /** Undefined where nothing could be begun; why was told. */
  readonly standAlone: (
    asked: Extract<AskedFor, { kind: 'question' }>,
    config: Config,
    isExplained: boolean,
    terminal: Terminal,
  ) => Promise<T | undefined>
  /** Says what came of it. */
  readonly tell: (said: T, args: Arguments, terminal: Terminal) => ExitCode
}

export const runInMode = async <T>(
  name: string,
  { byAgent, standAlone, tell }: Ways<T>,
  args: Arguments,
  terminal: Terminal,
): Promise<ExitCode> => {
  const asked = questionOf(args)
  const message = asked.kind === 'misused' ? asked.message : runModeFault(args)
  if (asked.kind === 'misused' || message !== undefined) {
    terminal.err(`peerfence: ${name}: ${String(message)}\n`)
    return exitCodes.usage
  }
  const isExplained = args.isSet('explain')
  if (!args.isSet('stand-alone')) {
    return tell(
      await byAgent(asked.question, socketOf(args, terminal), isExplained, terminal),
      args,
      terminal,
    )
  }
  const config = await readConfig(
    { ...configSourceOf(args, terminal), overrides: {} },
    terminal.err,
  )
  if (config === undefined) return exitCodes.config
  const said = await standAlone(asked, config, isExplained, terminal)
  return said === undefined ? exitCodes.notDone : tell(said, args, terminal)
}

/** What came instead of an answer, for a person and for a program. */
export const printWithout = (
  said: object,
  words: string | undefined,
  { isSet }: Pick<Arguments, 'isSet'>,
  terminal: Pick<Terminal, 'out' | 'err'>,
): void => {
  terminal.err(`peerfence: ${String(words)}\n`)
  if (isSet('json')) terminal.out(`${asciiJson(said)}\n`)
}
