/** What a subcommand is: its words, its options, its help, and what it does. */
import type { ExitCode } from './exit-code.ts'

export interface OptionOf {
  readonly type: 'string' | 'boolean'
  /** What stands for the value in the help; only of a string. */
  readonly value?: string
  /** One letter, of one option among those of all subcommands. */
  readonly short?: string
  readonly help: string
}

export type Options = Readonly<Record<string, OptionOf>>

/** The process as a subcommand sees it. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly version: string
  /** Version, commit and runtime, for people. */
  readonly versionLine: string
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  readonly stdin: () => NodeJS.ReadableStream
  /**
   * What a Ctrl-C says from now on before it ends the process with 130; the function that is given
   * back ends that. A second one finds nobody who holds it up.
   */
  readonly onInterrupt: (words: string) => () => void
  /** Whether a person is there to answer a question. */
  readonly isTerminal: boolean
  /** Whether somebody looks at what is written. */
  readonly isOutTerminal: boolean
  readonly isErrTerminal: boolean
}

/** What stood on the command line, checked against the options of the subcommand. */
export interface Arguments {
  /** What follows the words of the subcommand. */
  readonly operands: readonly string[]
  readonly text: (option: string) => string | undefined
  readonly isSet: (option: string) => boolean
}

export interface Subcommand {
  /** `serve`, `config check`. */
  readonly name: string
  /** One line per way to call it, without the name. */
  readonly synopsis: readonly string[]
  readonly operandsMax: number
  readonly options: Options
  /** What it does, and its exit codes, for its own help. */
  readonly about: string
  readonly run: (args: Arguments, terminal: Terminal) => Promise<ExitCode>
}
