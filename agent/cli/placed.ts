/** What is asked about one VM on one host, by the agent that runs here or by this very process. */
import type { Config } from '../config/config.ts'
import type { FenceQuestion } from '../client/post-question.ts'
import { asciiJson } from '../domain/ascii-json.ts'
import { readConfig, settingsOf } from './configuration.ts'
import { exitCodes } from './exit-code.ts'
import type { ExitCode } from './exit-code.ts'
import { questionOf } from './fence-question.ts'
import type { AskedFor } from './fence-question.ts'
import { placeFault, socketOf } from './place.ts'
import type { Edge, Given } from './subcommand.ts'

export interface Ways<T> {
  readonly byAgent: (
    question: FenceQuestion,
    socket: string,
    isExplained: boolean,
    edge: Edge,
  ) => Promise<T>
  /** Undefined where nothing could be begun; why was told. */
  readonly standAlone: (
    asked: Extract<AskedFor, { kind: 'question' }>,
    config: Config,
    isExplained: boolean,
    edge: Edge,
  ) => Promise<T | undefined>
  /** Says what came of it. */
  readonly tell: (said: T, given: Given, edge: Edge) => ExitCode
}

export const runPlaced = async <T>(
  name: string,
  { byAgent, standAlone, tell }: Ways<T>,
  given: Given,
  edge: Edge,
): Promise<ExitCode> => {
  const asked = questionOf(given)
  const message = asked.kind === 'misused' ? asked.message : placeFault(given)
  if (asked.kind === 'misused' || message !== undefined) {
    edge.err(`peerfence: ${name}: ${String(message)}\n`)
    return exitCodes.usage
  }
  const isExplained = given.isSet('explain')
  if (!given.isSet('stand-alone')) {
    return tell(
      await byAgent(asked.question, socketOf(given, edge), isExplained, edge),
      given,
      edge,
    )
  }
  const config = await readConfig({ ...settingsOf(given, edge), overrides: {} }, edge.err)
  if (config === undefined) return exitCodes.config
  const said = await standAlone(asked, config, isExplained, edge)
  return said === undefined ? exitCodes.notDone : tell(said, given, edge)
}

/** What came instead of an answer, for a person and for a program. */
export const tellWithout = (
  said: object,
  words: string | undefined,
  { isSet }: Pick<Given, 'isSet'>,
  edge: Pick<Edge, 'out' | 'err'>,
): void => {
  edge.err(`peerfence: ${String(words)}\n`)
  if (isSet('json')) edge.out(`${asciiJson(said)}\n`)
}
