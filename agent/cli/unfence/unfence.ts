import { asciiJson } from '../../base/text/ascii-json.ts'
import { judgeLift } from '../../client/judge-look.ts'
import type { JudgedLift, SeenReply } from '../../client/judge-look.ts'
import type { PeerOutcome } from '../../client/ask-peers.ts'
import { budgetMsOf, postQuestion } from '../../client/post-question.ts'
import { unfencePath } from '../../contract/api/paths.ts'
import { byAgent, phaseOf, withHint } from '../by-agent.ts'
import { paintFor } from '../colour.ts'
import type { Paint } from '../colour.ts'
import { exitCodes } from '../exit-code.ts'
import type { ExitCode } from '../exit-code.ts'
import { questionOf, questionOptions } from '../fence-question.ts'
import type { FenceQuestion } from '../../client/post-question.ts'
import { plain, withoutVerdict } from '../print-answer.ts'
import { runModeOptions, socketOf } from '../run-mode.ts'
import { printWithout } from '../run-placed.ts'
import type { Arguments, Subcommand, Terminal } from '../subcommand.ts'

type Said = JudgedLift | Extract<PeerOutcome['outcome'], { readonly kind: 'unanswered' }>

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
    const said = await unfence(asked.question, args, terminal)
    if ('reply' in said) {
      const lines = args.isSet('json')
        ? [asciiJson(said.reply.body)]
        : linesOf(said.kind, said.reply, args.isSet('explain'), paintFor(terminal))
      terminal.out(`${lines.join('\n')}\n`)
    } else printWithout(said, withoutVerdict(said), args, terminal)
    return exitCodeOf(said)
  },
}

const unfence = async (
  question: FenceQuestion,
  args: Arguments,
  terminal: Terminal,
): Promise<Said> => {
  const socket = socketOf(args, terminal)
  const isExplained = args.isSet('explain')
  const ask = async (
    peer: Parameters<typeof postQuestion>[2],
    requestId: string,
  ): Promise<Said> => {
    const options = { isExplained, requestId }
    const exchanged = await postQuestion(unfencePath, question, peer, options)
    if (exchanged.kind === 'unanswered') return exchanged
    return judgeLift(question, exchanged.status, exchanged.body)
  }
  const said = await byAgent(socket, budgetMsOf(question), phaseOf, terminal, ask)
  return withHint(said, socket)
}

const exitCodeOf = ({ kind }: Said): ExitCode => {
  switch (kind) {
    case 'lifted':
    case 'not-set':
      return exitCodes.unfenced
    case 'cannot-tell':
    case 'unclear':
      return exitCodes.cannotTell
    case 'turned-away':
    case 'no-such-path':
      return exitCodes.rejected
    case 'unanswered':
      return exitCodes.hostUnavailable
  }
}

const heads = { lifted: 'lifted', 'not-set': 'was not set', 'cannot-tell': 'cannot tell' } as const

const linesOf = (
  kind: keyof typeof heads,
  { reason, summary, nextStep, explanation, durationMs }: SeenReply,
  isExplained: boolean,
  paint: Paint,
): readonly string[] => [
  paint(`${heads[kind]}${reason === '' ? '' : `: ${plain(reason)}`}`, 'yellow'),
  plain(summary),
  ...(isExplained ? explanation.map(plain) : []),
  `next: ${plain(nextStep)}`,
  paint(`a visit of ${durationMs} ms; no verdict, and no proof`, 'dim'),
]
