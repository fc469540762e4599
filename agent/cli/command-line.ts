/** A command line to its exit code. */
import { exitCodes } from './exit-code.ts'
import type { ExitCode } from './exit-code.ts'
import { parseInvocation } from './invocation.ts'
import type { Terminal, Subcommand } from './subcommand.ts'
import { subcommands } from './subcommands.ts'
import { helpOf, usageOf } from './usage.ts'

export const runCommandLine = async (
  args: readonly string[],
  terminal: Terminal,
): Promise<ExitCode> => {
  const invocation = parseInvocation(args, subcommands)
  switch (invocation.kind) {
    case 'help':
      terminal.out(textFor(invocation.of))
      return exitCodes.done
    case 'version':
      terminal.out(`${terminal.versionLine}\n`)
      return exitCodes.done
    case 'misused':
      terminal.err(`peerfence: ${invocation.message}\n`)
      terminal.err(invocation.of === undefined ? pointer : helpOf(invocation.of))
      return exitCodes.usage
    case 'run':
      return await invocation.subcommand.run(invocation.args, terminal)
  }
}

/** The help of everything would push the message off a small screen. */
const pointer = 'peerfence help shows every subcommand, and peerfence help SUBCOMMAND one of them\n'

const textFor = (subcommand: Subcommand | undefined): string =>
  subcommand === undefined ? usageOf(subcommands) : helpOf(subcommand)
