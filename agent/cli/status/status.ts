import { asciiJson } from '../../base/text/ascii-json.ts'
import { paintFor } from '../colour.ts'
import { questionOptions } from '../fence-question.ts'
import { runModeOptions } from '../run-mode.ts'
import { runInMode, printWithout } from '../run-placed.ts'
import { statusByAgent } from './status-by-agent.ts'
import type { statusStandAlone } from './status-stand-alone.ts'
import type { Terminal, Arguments, Subcommand } from '../subcommand.ts'
import { withoutVerdict } from '../print-answer.ts'
import { lookExitCode, lookLines } from './print-look.ts'
import type { LookExitCode, SaidOfLook } from './print-look.ts'

export const statusSubcommand: Subcommand = {
  name: 'status',
  synopsis: [
    'VM HOST [--socket PATH] [--explain] [--json] [OPTION...]',
    'VM HOST --stand-alone [--config FILE] [--explain] [--json] [OPTION...]',
  ],
  operandsMax: 2,
  options: {
    ...questionOptions,
    timeout: { type: 'string', value: 'SEC', help: 'the time of the whole look, in seconds (20)' },
    ...runModeOptions,
    explain: { type: 'boolean', help: 'show the chain of evidence' },
    json: { type: 'boolean', help: 'print what was seen as JSON' },
  },
  about: `Looks what runs of the VM with this uuid on HOST, by the way of a fence. KILLS NOTHING, PROVES NOTHING and gives no
verdict: "not seen" is of one moment, without a hold, and without a word about writes that are still on their way.
Before the VM is started elsewhere, ask "peerfence fence".
exit codes: 10 it runs; 11 nothing of it was seen, which is NOT "dead"; 12 cannot tell, "next" says what to do;
4 turned away, nothing was looked at; 1 a fault; 64 wrong usage; 69 the agent did not answer; 78 wrong configuration.
Never 0: in "fence", 0 means proven dead. A script that uses "status" by mistake must fail at its first try.
With --stand-alone, as root it works in the name of the owner of the folder of ssh.knownHostsFile.`,
  run: async (args, terminal) => await runInMode('status', ways, args, terminal),
}

const tell = (said: SaidOfLook, args: Arguments, terminal: Terminal): LookExitCode => {
  if ('reply' in said) {
    const lines = args.isSet('json')
      ? [asciiJson(said.reply.body)]
      : lookLines(said.kind, said.reply, args.isSet('explain'), paintFor(terminal))
    terminal.out(`${lines.join('\n')}\n`)
  } else printWithout(said, withoutVerdict(said), args, terminal)
  return lookExitCode(said)
}

/** Loaded where it is wanted: all of the way to a suspect hangs on it. */
const standAlone: typeof statusStandAlone = async (...given) => {
  const parts = await import('./status-stand-alone.ts')
  return await parts.statusStandAlone(...given)
}

const ways = { byAgent: statusByAgent, standAlone, tell }
