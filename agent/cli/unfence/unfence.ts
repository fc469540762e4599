import { asciiJson } from '../../base/text/ascii-json.ts'
import { judgeLift } from '../../client/judge-look.ts'
import { unfencePath } from '../../contract/api/paths.ts'
import { paintFor } from '../colour.ts'
import { exitCodes } from '../exit-code.ts'
import type { ExitCode } from '../exit-code.ts'
import { questionOf, questionOptions } from '../fence-question.ts'
import { plain, withoutVerdict } from '../print-answer.ts'
import { runModeOptions, socketOf } from '../run-mode.ts'
import { printWithout } from '../run-placed.ts'
import { visitPeer } from '../status/look-peer.ts'
import { untoldExitCode, visitLines } from '../status/print-look.ts'
import { visitByAgent } from '../status/status-by-agent.ts'
import type { Subcommand } from '../subcommand.ts'

export const unfenceSubcommand: Subcommand = {
  name: 'unfence',
  synopsis: ['VM HOST [--socket PATH] [--explain] [--json] [OPTION...]'],
  operandsMax: 2,
  options: {
    ...questionOptions,
    timeout: { type: 'string', value: 'TIME', help: 'of the whole visit: 90, 90s, 5m (20 s)' },
    socket: runModeOptions.socket,
    explain: { type: 'boolean', help: 'show the chain of evidence' },
    json: { type: 'boolean', help: 'print what came of it as JSON' },
  },
  about: `Lifts the quarantine of the VM with this uuid on HOST, whoever has set it: libvirt there starts it again. IT MAY RUN
ELSEWHERE BY NOW: lift it only once it is certain that it does not. It ends by itself (suspects.quarantineSec).
The agent that runs here does it and writes down who asked; where no agent has a way to the host, remove the files
/run/peerfence-quarantine/*.entries there, which lets in every VM that was fenced on it.
exit codes: 13 the VM is in no quarantine there any more; 12 cannot tell, "next" says what to do;
4 turned away, nothing was done; 64 wrong usage; 69 the agent did not answer. Never 0: in "fence", 0 means proven dead.`,
  run: async (args, terminal) => {
    const asked = questionOf(args)
    if (asked.kind === 'misused') {
      terminal.err(`peerfence: unfence: ${asked.message}\n`)
      return exitCodes.usage
    }
    const isExplained = args.isSet('explain')
    const socket = socketOf(args, terminal)
    const said = await unfenceByAgent(asked.question, socket, isExplained, terminal)
    if ('reply' in said) {
      const { kind, reply } = said
      const head = `${heads[kind]}${reply.reason === '' ? '' : `: ${plain(reply.reason)}`}`
      const lines = args.isSet('json')
        ? [asciiJson(reply.body)]
        : visitLines(['visit', head], reply, isExplained, paintFor(terminal))
      terminal.out(`${lines.join('\n')}\n`)
    } else printWithout(said, withoutVerdict(said), args, terminal)
    return exitCodeOf(said)
  },
}

const unfenceByAgent = visitByAgent(visitPeer(unfencePath, judgeLift))
type Said = Awaited<ReturnType<typeof unfenceByAgent>>

const exitCodeOf = ({ kind }: Said): ExitCode =>
  kind === 'lifted' || kind === 'not-set' ? exitCodes.unfenced : untoldExitCode(kind)

const heads = { lifted: 'lifted', 'not-set': 'was not set', 'cannot-tell': 'cannot tell' } as const
