import { asciiJson } from '../../base/text/ascii-json.ts'
import type { PeerOutcome } from '../../client/ask-peers.ts'
import type { ExitCode } from '../exit-code.ts'
import { adviceLine, adviceOn } from '../ask/ask-advice.ts'
import { paintFor } from '../colour.ts'
import { fenceByAgent } from './fence-by-agent.ts'
import { questionOptions } from '../fence-question.ts'
import type { fenceStandAlone } from './fence-stand-alone.ts'
import { runModeOptions } from '../run-mode.ts'
import { runInMode, printWithout } from '../run-placed.ts'
import type { Terminal, Arguments, Subcommand } from '../subcommand.ts'
import { answerLines, exitCodeOf, withoutVerdict } from '../print-answer.ts'

export const fenceSubcommand: Subcommand = {
  name: 'fence',
  synopsis: [
    'VM HOST [--socket PATH] [--explain] [--json] [OPTION...]',
    'VM HOST --stand-alone [--config FILE] [--explain] [--json] [OPTION...]',
  ],
  operandsMax: 2,
  options: {
    ...questionOptions,
    ...runModeOptions,
    explain: { type: 'boolean', help: 'show the chain of evidence' },
    json: { type: 'boolean', help: 'print the answer as JSON' },
  },
  about: `KILLS the VM with this uuid on HOST and proves it, by the agent that runs on this machine, which is then the
peer: run it on a healthy host and not on HOST. The verdict is for whoever wants to start the VM elsewhere.
exit codes: 0 confirmed dead: proven on HOST; start it elsewhere
            3 unreachable: HOST is silent on every path and this peer's network is good; to start it
              elsewhere is your risk, for a host without any network may still write to its disk
            2 still alive OR NOT PROVEN DEAD: do not start it elsewhere; "next" says what to do
after no other code it may be started: 1 a fault, 4 turned away, nothing was done, 64 wrong usage,
69 the agent did not answer, 78 wrong configuration, 130 Ctrl-C (the agent goes on with it), and any that is not in
this list.
With --stand-alone, as root it works in the name of the owner of the folder of journal.file.`,
  run: async (args, terminal) => await runInMode('fence', ways, args, terminal),
}

const tell = (outcome: PeerOutcome['outcome'], args: Arguments, terminal: Terminal): ExitCode => {
  if ('answer' in outcome) {
    const { kind, answer } = outcome
    const lines = args.isSet('json')
      ? [asciiJson(answer.body)]
      : [
          ...answerLines(kind, answer, args.isSet('explain'), paintFor(terminal)),
          adviceLine(adviceOn(kind)),
        ]
    terminal.out(`${lines.join('\n')}\n`)
  } else printWithout(outcome, withoutVerdict(outcome), args, terminal)
  return exitCodeOf(outcome)
}

/** Loaded where it is wanted: all of the agent hangs on it. */
const standAlone: typeof fenceStandAlone = async (...given) => {
  const parts = await import('./fence-stand-alone.ts')
  return await parts.fenceStandAlone(...given)
}

const ways = { byAgent: fenceByAgent, standAlone, tell }
